//go:build !linux

package main

// threadsEnd says that a thread may end before its program. Under Windows none does:
// agent/reader/pcsc says why.
const threadsEnd = false
