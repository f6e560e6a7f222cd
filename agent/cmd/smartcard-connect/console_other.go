//go:build !windows

package main

// console does nothing: a program here has the streams it was given.
func console() {}
