// Package win32 is the passcode form of Windows: a dialog from a template, by
// calls of user32.dll and without a toolkit. It runs in a process of its own,
// see package child.
//
// It comes up above other windows, on the monitor with the pointer, and flashes
// in the taskbar. The keyboard stays where the person types: only where nobody
// does, on the bare desktop or in a window of the agent's, the form takes it.
// Once it has it, the passcode has it.
//
// Colours are the system's, so high contrast is the person's own; the program's
// manifest asks for per-monitor scaling (PerMonitorV2). A locked or disconnected
// session cancels. The form asks Windows to leave it out of screen captures.
//
// What is typed lies in the edit control, which is made large enough at first
// that it never moves what it has, and is overwritten when it has been read; it
// passes through one locked page. Key events pass through Windows unprotected.
//
// Screen readers find controls as they find those of every dialog: the passcode
// is named by the label before it. What is spoken by itself is an alert and a
// live region (UI Automation's LiveSetting).
//
// Sources: Microsoft's reference of dialog boxes (DLGTEMPLATEEX), common
// controls, Microsoft Active Accessibility and Remote Desktop Services.
package win32
