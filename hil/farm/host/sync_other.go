//go:build !unix

package host

// syncFolder does nothing: a folder cannot be synced here, and NTFS keeps its
// renames in a journal.
func syncFolder(string) error { return nil }
