//go:build !windows

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "onlooker: this is for Windows")
	os.Exit(1)
}
