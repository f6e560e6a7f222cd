// Package namespace gives a program a small machine of its own: fresh user,
// mount, process and network namespaces in which it is root, has its own
// loopback and an empty /run, and from which nothing survives. It needs no
// privileges, only a kernel that lets users make namespaces.
package namespace

import "errors"

// ErrUnavailable is wrapped when this machine gives us no namespaces: not
// Linux, or switched off by its administrator.
var ErrUnavailable = errors.New("this machine lets us make no namespaces")

// Lifeline is the file descriptor in the inner program that ends when the
// outer one does.
const Lifeline = 3
