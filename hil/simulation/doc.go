// Package simulation plans a farm that nobody has to own, with the planner that
// plans real ones, and follows the plan in virtual time: readers work as long as
// chance says, some cells miss and are tried again, and every lease is acquired,
// renewed and released in a store that keeps the farm's own rules. What it says
// is how plan, memory and lease traffic grow with the farm. It says nothing about
// how long a store on real disks takes.
package simulation
