// Package part starts the programs a bench is made of and knows whether they
// still run. A part says that it is ready with one JSON line on its standard
// output; everything it says goes to its log.
package part
