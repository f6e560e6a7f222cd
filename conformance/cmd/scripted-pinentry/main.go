// Command scripted-pinentry is a pinentry without a person: it answers from a
// file and writes down what a person would have seen. The shipped agent is
// tested with it as it ships, and links no test prompter.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/alecthomas/kong"
)

const help = `A pinentry (Assuan on standard input and output) that answers from a script.

Example:
  echo '{"answers":[{"passcode":"123456"}]}' > answers.json
  printf 'SETDESC hello\nGETPIN\nBYE\n' | scripted-pinentry --script answers.json --shown shown.jsonl

Each GETPIN and CONFIRM takes the next answer; the last one repeats. The place
reached is kept in the script's name with .position added. Answers:
  {"passcode":"123456"}   type it; CONFIRM says yes
  {"cancel":true}         press Cancel
  {"not_started":true}    press "I did not start this"
  {"hang":true}           do nothing until killed
  {"wait_for":"FILE", …}  wait until FILE exists, then do the rest
  {"on":"MESSAGE", …}     kept for a MESSAGE, which otherwise stays up until killed`

// flags are the command line.
type flags struct {
	Script string   `required:"" type:"path" help:"JSON file with the answers."`
	Shown  string   `type:"path" help:"File that gets a JSON line for everything a person would have seen."`
	Rest   []string `arg:"" optional:"" hidden:""`
}

func main() {
	var f flags
	kong.Parse(&f, kong.Name("scripted-pinentry"), kong.Description(help), kong.Exit(func(code int) {
		if code != 0 {
			code = 64
		}
		os.Exit(code)
	}))
	script, err := readScript(f.Script)
	if err == nil {
		p := &pinentry{in: os.Stdin, out: os.Stdout, script: script, show: appendTo(f.Shown), now: time.Now}
		err = p.serve()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "scripted-pinentry:", err)
		os.Exit(1)
	}
}

// appendTo writes each thing shown as one line at the end of a file.
func appendTo(path string) func(shown) error {
	if path == "" {
		return func(shown) error { return nil }
	}
	return func(s shown) error {
		line, err := json.Marshal(s)
		if err != nil {
			return err
		}
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = f.Write(append(line, '\n'))
		if closing := f.Close(); err == nil {
			err = closing
		}
		return err
	}
}
