package pcsc

// keepThread does nothing: no thread of this program ends before the program.
// A receive belongs to the thread that asked for it, whose goroutine may be
// another by then. Windows goes on with it when that thread ends, as the socket
// has a completion port (ExitThread, Remarks); Wine reports it done and its result
// not, and the runtime has "Overlapped I/O incomplete" for whoever waits.
func keepThread() {}
