// Command onlooker is a screen reader's eyes on a Windows desktop, for tests: it
// prints what Microsoft Active Accessibility says of a window and all its
// controls, and can tell a window that the session was locked.
//
//	onlooker tree TITLE  # JSON, of the first window whose title begins so; #32768 is a menu
//	onlooker lock TITLE  # posts WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK
//
// A DESKTOP after TITLE, such as Wine's shell, is where to look for the window.
//
// Exit codes: 0 done, 1 there is no such window, 64 the command line is wrong.
package main
