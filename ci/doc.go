// Package ci is where the repository checks itself: import arrows, package
// comments, README links, linked packages. It imports nothing of ours and reads
// source as text.
package ci
