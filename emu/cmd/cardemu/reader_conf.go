package main

import (
	"fmt"
	"path"
)

// readerConfCommand helps to more readers.
type readerConfCommand struct {
	Slots  int    `default:"4" help:"How many virtual readers. Each entry has two."`
	Port   int    `default:"35963" help:"The first slot's port; the others follow."`
	Driver string `default:"/usr/lib/pcsc/drivers/serial/libifdvpcd.so" help:"vsmartcard's driver on the machine of pcscd."`
}

// Run prints the text of one file for pcscd's reader.conf.d. pcscd gives each
// entry its own copy of the driver only if its path differs, as the driver keeps
// its slots in global variables.
func (c readerConfCommand) Run(w world) error {
	// pcscd before 2.5 knows 16 readers.
	if c.Slots < 1 || c.Slots > 16 || c.Port < 1 || c.Port+c.Slots > 1<<16 {
		return fmt.Errorf("%w: 1 to 16 slots on ports up to 65535", errUsage)
	}
	ext := path.Ext(c.Driver)
	base := c.Driver[:len(c.Driver)-len(ext)]
	fmt.Fprintf(w.stdout, "# In the place of /etc/reader.conf.d/vpcd; then restart pcscd.\n")
	entries := (c.Slots + 1) / 2
	for i := 1; i < entries; i++ {
		fmt.Fprintf(w.stdout, "# First: cp -L %s %s-%d%s\n", c.Driver, base, i+1, ext)
	}
	for i := range entries {
		name, lib := "Virtual PCD", c.Driver
		if i > 0 {
			name, lib = fmt.Sprintf("Virtual PCD %d", i+1), fmt.Sprintf("%s-%d%s", base, i+1, ext)
		}
		port := c.Port + 2*i
		_, err := fmt.Fprintf(w.stdout, "\nFRIENDLYNAME \"%s\"\nDEVICENAME   /dev/null:0x%X\nLIBPATH      %s\nCHANNELID    0x%X\n", name, port, lib, port)
		if err != nil {
			return err
		}
	}
	return nil
}
