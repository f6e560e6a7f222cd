package windows_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// What Active Accessibility calls things (oleacc.h, winuser.h). Under Wine only
// an edit control has a role of its own; others are known by their class.
const (
	roleEntry        = 42
	stateUnavailable = 0x1
	stateFocused     = 0x4
	stateProtected   = 0x20000000

	classEntry    = "Edit"
	classButton   = "Button"
	classProgress = "msctls_progress32"
)

// formTitle begins the title of the passcode form in these tests.
const formTitle = "TEST Smartcard Connect"

// piece is a window or a control, as the onlooker prints it.
type piece struct {
	Class, Name, Value       string
	Role, State              int
	Refused, Shown           bool
	Left, Top, Right, Bottom int
}

// onlooker looks at the box's screen, and types and clicks there.
type onlooker struct {
	ctx     context.Context
	desktop string // empty is the one that programs begin on
}

// tree is what a screen reader finds of the first window with that title, only
// what shows.
func (o onlooker) tree(title string) ([]piece, error) {
	out, err := o.run("tree", title)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	var all []piece
	err = json.Unmarshal(out, &all)
	return slices.DeleteFunc(all, func(p piece) bool { return !p.Shown }), err
}

// run runs the program.
func (o onlooker) run(args ...string) ([]byte, error) {
	if o.desktop != "" {
		args = append(args, o.desktop)
	}
	return wine(o.ctx, append([]string{"/job/onlooker.exe"}, args...)...)
}

// sees waits until the names of what shows have all the words.
func (o onlooker) sees(title string, words ...string) (all []piece, err error) {
	ctx, stop := context.WithTimeout(o.ctx, startTime)
	defer stop()
	missing := words
	for ctx.Err() == nil {
		all, err = o.tree(title)
		var names []string
		for _, p := range all {
			names = append(names, p.Name)
		}
		said := strings.Join(names, "\n")
		missing = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.Contains(said, w) })
		if err == nil && len(missing) == 0 {
			return all, nil
		}
		err = fmt.Errorf("%w; %q is not among %q", err, missing, names)
		time.Sleep(200 * time.Millisecond)
	}
	return all, err
}

// until waits until a piece of a window with one of the titles is as wanted.
func (o onlooker) until(is func(piece) bool, titles ...string) error {
	ctx, stop := context.WithTimeout(o.ctx, startTime)
	defer stop()
	var last []piece
	for ctx.Err() == nil {
		for _, title := range titles {
			all, err := o.tree(title)
			if err != nil {
				continue
			}
			if last = all; slices.ContainsFunc(all, is) {
				return nil
			}
		}
		time.Sleep(200 * time.Millisecond)
	}
	return fmt.Errorf("%q never comes to what is wanted: %+v", titles, last)
}

// gone waits until no window has the title.
func (o onlooker) gone(title string) error {
	ctx, stop := context.WithTimeout(o.ctx, startTime)
	defer stop()
	for ctx.Err() == nil {
		if _, err := o.tree(title); err != nil {
			return nil
		}
		time.Sleep(200 * time.Millisecond)
	}
	return fmt.Errorf("%s stays", title)
}

// find is the control of that class whose name begins so.
func find(all []piece, class, name string) (piece, error) {
	for _, p := range all {
		if p.Class == class && strings.HasPrefix(p.Name, name) {
			return p, nil
		}
	}
	return piece{}, fmt.Errorf("no %s is called %q: %+v", class, name, all)
}

// xdotool is the person's hands.
func (o onlooker) xdotool(args ...string) error {
	out, err := exec.CommandContext(o.ctx, "xdotool", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("xdotool %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

func (o onlooker) types(text string) error { return o.xdotool("type", "--delay", "30", text) }

func (o onlooker) presses(keys ...string) error {
	return o.xdotool(append([]string{"key"}, keys...)...)
}

// clicks the middle of it.
func (o onlooker) clicks(p piece) error {
	return o.xdotool("mousemove", fmt.Sprint((p.Left+p.Right)/2), fmt.Sprint((p.Top+p.Bottom)/2), "sleep", "0.2", "click", "1")
}

// shot makes a picture, out/screens/windows-NAME.png.
func (o onlooker) shot(name string) error {
	if name == "" || os.Getenv(pictures) == "" {
		return nil
	}
	out, err := exec.CommandContext(o.ctx, "shot", "windows-"+name).CombinedOutput()
	if err != nil {
		return fmt.Errorf("shot: %w: %s", err, out)
	}
	return nil
}

// pictures says that pictures are wanted: of one of the word sizes.
const pictures = "WINEBOX_PICTURES"

// life is what is done one after the other; a step that fails ends it.
type life []struct {
	title string
	do    func() error
}

// steps lives it.
func (l life) steps() []step {
	var all []step
	for _, s := range l {
		begun, done := time.Now(), step{Title: s.title}
		if err := s.do(); err != nil {
			done.Problem = err.Error()
		}
		done.Took = time.Since(begun).Round(time.Millisecond).String()
		if all = append(all, done); done.Problem != "" {
			break
		}
	}
	return all
}
