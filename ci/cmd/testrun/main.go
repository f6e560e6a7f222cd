// Command testrun runs every test of the repository, shows one line per
// package, and ends with what was left out and why. With CI=true leaving
// anything out is a failure but for what is in allowed, and a run without a
// test is one always.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// event is one line of `go test -json` (go doc test2json).
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

// allowed are the reasons for which a test may be left out even with CI=true,
// word for word, each with what brings it back. It should stay this short.
var allowed = map[string]string{
	"ICAM_CARDS is not set: the GSA's ICAM test cards are no part of this repository": "with a copy of gsa-icam-card-builder: ICAM_CARDS=DIR make test",
}

// tally is what the run came to.
type tally struct {
	passed, failed, skipped int
	left                    []string            // "package Test: reason"
	may                     []string            // the same, for reasons in allowed
	output                  map[string][]string // of each running test and package
	out                     io.Writer
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Getenv("CI") == "true"))
}

// run is go check, then go test over the given packages, by default all.
func run(packages []string, out io.Writer, ci bool) int {
	if len(packages) == 0 {
		packages = []string{"./..."}
		if err := passThrough(out, "ci/check.sh"); err != nil {
			fmt.Fprintln(out, "make check failed:", err)
			return 1
		}
	}
	t := &tally{output: map[string][]string{}, out: out}
	err := t.gotest(packages)
	return t.finish(err, ci)
}

func passThrough(out io.Writer, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = out, out
	return cmd.Run()
}

// gotest feeds every event to the tally.
func (t *tally) gotest(packages []string) error {
	cmd := exec.Command("go", append([]string{"test", "-json", "-count=1", "-timeout=20m"}, packages...)...)
	cmd.Stderr = t.out
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(t.out, lines.Text())
			continue
		}
		t.add(e)
	}
	return cmd.Wait()
}

func (t *tally) add(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		t.output[key] = append(t.output[key], e.Output)
	case "build-output":
		fmt.Fprint(t.out, e.Output)
	case "pass", "fail", "skip":
		t.ended(e, t.output[key])
		delete(t.output, key)
	}
}

// ended counts a test, or prints the line of a package.
func (t *tally) ended(e event, output []string) {
	if e.Test == "" {
		if e.Action != "skip" { // a package without tests says so with skip
			fmt.Fprintf(t.out, "%-4s %6.1fs %s\n", e.Action, e.Elapsed, e.Package)
		}
		if e.Action == "fail" {
			fmt.Fprint(t.out, strings.Join(output, ""))
		}
		return
	}
	switch e.Action {
	case "pass":
		t.passed++
	case "fail":
		t.failed++
		fmt.Fprint(t.out, strings.Join(output, ""))
	case "skip":
		t.leave(e.Package+" "+e.Test, reason(output))
	}
}

// leave counts a test that was left out. What go test puts in front of the
// reason is FILE:LINE.
func (t *tally) leave(test, why string) {
	t.skipped++
	_, said, _ := strings.Cut(why, ": ")
	if _, ok := allowed[said]; ok {
		t.may = append(t.may, test+": "+why)
		return
	}
	t.left = append(t.left, test+": "+why)
}

// reason is what the test said when it skipped.
func reason(output []string) string {
	for _, line := range output {
		if s := strings.TrimSpace(line); s != "" && !strings.HasPrefix(s, "===") && !strings.HasPrefix(s, "---") {
			return s
		}
	}
	return "no reason given"
}

// finish prints what was left out and the closing line.
func (t *tally) finish(err error, ci bool) int {
	for _, l := range t.may {
		fmt.Fprintln(t.out, "left out, allowed:", l)
	}
	for _, l := range t.left {
		fmt.Fprintln(t.out, "left out:", l)
	}
	if len(t.may) > 0 {
		for _, how := range slices.Sorted(maps.Values(allowed)) {
			fmt.Fprintln(t.out, "To add what may be left out,", how)
		}
	}
	if len(t.left) > 0 {
		fmt.Fprintln(t.out, "To add what was left out, run as root on Debian 12: make install, then make test.")
	}
	fmt.Fprintf(t.out, "%d passed, %d failed, %d skipped\n", t.passed, t.failed, t.skipped)
	switch {
	case err != nil || t.failed > 0:
		return 1
	case t.passed == 0:
		fmt.Fprintln(t.out, "No test ran: that is a failure.")
		return 1
	case ci && len(t.left) > 0:
		fmt.Fprintln(t.out, "With CI=true nothing else may be left out.")
		return 1
	}
	return 0
}
