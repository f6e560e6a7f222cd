package main

// threadsEnd says that a thread may end before its program.
const threadsEnd = true
