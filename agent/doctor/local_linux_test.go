package doctor

import "testing"

func local(_ *testing.T, root string) Machine { return Local{Root: root} }

func ofLinux(string) bool { return false }

func linux(*testing.T) {}
