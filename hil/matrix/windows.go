package matrix

import (
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// Where the Wine box shows the cell's folder, the built programs and the toy
// authority's keys.
const (
	boxedDir  = "/job"
	boxedBin  = "/programs"
	boxedKeys = "/agent/testpki/keys" // beside the programs, as in the repository
)

// inBox is the job as it is seen in the Wine box, if that is where it runs.
func inBox(j bench.Job) bench.Job {
	if j.Cell.Kind == rig.Windows {
		j.Dir, j.Bin = boxedDir, boxedBin
	}
	return j
}

// boxed runs the job file of a folder in the Wine box: ci/winebox/run.sh says
// why there can be none, which makes the cell MISS.
func (r Runner) boxed(dir string) *exec.Cmd {
	repository := filepath.Dir(r.Bin)
	args := []string{"--job", dir, "--bind", r.Bin + "=" + boxedBin, "--bind", filepath.Join(repository, boxedKeys) + "=" + boxedKeys, "--pcscd", "--",
		filepath.Join(boxedBin, filepath.Base(r.Inside[0]))}
	args = append(append(args, r.Inside[1:]...), filepath.Join(boxedDir, "job.json"), "--boxed")
	cmd := exec.Command(filepath.Join(repository, "ci/winebox/run.sh"), args...)
	cmd.Env = r.Outer
	return cmd
}

// startBox starts it. Its standard input is the lifeline: when that ends, so does
// the first process in the box, and with it all others.
func startBox(cmd *exec.Cmd) (cut func() error, err error) {
	line, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("there is no Wine box: %w", err)
	}
	return line.Close, nil
}
