package replay

import (
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/hil/record"
)

// cursor is a place in a conversation.
type cursor interface {
	// next is the item that a command is, or why it is none. same says why a
	// command is not a recorded one.
	next(same func(item) string) (item, string)
	// restarted says that the card was reset, or that its power came or went.
	restarted(warm bool)
	// called goes behind the next recorded call like this one.
	called(record.Call) (item, bool)
	// aftermath are the events that follow without anybody asking.
	aftermath() []item
}

// strict goes through a conversation in its order.
type strict struct {
	items []item
	at    int
	fresh bool // the card was restarted and nothing was said since
	warm  bool // by a reset, which is never by itself
}

func (s *strict) restarted(warm bool) { s.fresh, s.warm = true, s.warm || warm }

func (s *strict) next(same func(item) string) (item, string) {
	i, why := s.try(s.at, same)
	if why != "" && s.fresh { // what was left of this session is not said any more
		if later, ok := s.session(); ok {
			if j, other := s.try(later, same); other == "" {
				i, why = j, ""
			}
		}
	}
	if why != "" {
		return item{}, why
	}
	s.at, s.fresh, s.warm = i+1, false, false
	return s.items[i], ""
}

// try is whether the next command from a place on is this one.
func (s *strict) try(from int, same func(item) string) (int, string) {
	restart, power := false, from == 0
	for i := from; i < len(s.items); i++ {
		x := s.items[i]
		switch {
		case x.moves():
			return i, fmt.Sprintf("recorded is that the bench is asked %s %s first", x.call.Method, x.call.Path)
		case x.restarts():
			restart = true
		case x.power():
			power = true
		case x.command():
			why := same(x)
			switch {
			case why != "":
				return i, fmt.Sprintf("%s (exchange %d)", why, x.line)
			case restart && !s.fresh:
				return i, fmt.Sprintf("recorded is a reset before it (exchange %d)", x.line)
			case s.warm && !restart && !power:
				return i, fmt.Sprintf("recorded is no reset before it (exchange %d)", x.line)
			}
			return i, ""
		}
	}
	return len(s.items), "the recording has nothing more here"
}

// session is where the next session begins: behind the next restart that has a
// command before it.
func (s *strict) session() (int, bool) {
	said := false
	for i := s.at; i < len(s.items); i++ {
		switch x := s.items[i]; {
		case x.moves():
			return 0, false
		case x.command():
			said = true
		case said && (x.restarts() || x.power()):
			return i, true
		}
	}
	return 0, false
}

func (s *strict) called(c record.Call) (item, bool) {
	for i := s.at; i < len(s.items); i++ {
		x := s.items[i]
		if x.moves() && x.call.Method == c.Method && x.call.Path == c.Path && x.call.Body == c.Body {
			s.at, s.fresh = i+1, true
			return x, true
		}
	}
	return item{}, false
}

func (s *strict) aftermath() []item {
	for i := s.at; i < len(s.items); i++ {
		if s.items[i].command() || s.items[i].moves() {
			return s.items[s.at:i]
		}
	}
	return s.items[s.at:]
}

// free may begin any session after a restart.
type free struct {
	sessions [][]item
	open     []int // sessions that go on as was said since the restart, the first is played
	said     int   // commands since the restart
	last     int   // session that was played last
}

// anywhere cuts a conversation into sessions.
func anywhere(items []item) *free {
	f := &free{sessions: [][]item{nil}, last: -1}
	for _, x := range items {
		n := len(f.sessions) - 1
		switch {
		case x.command():
			f.sessions[n] = append(f.sessions[n], x)
		case (x.restarts() || x.power()) && len(f.sessions[n]) > 0:
			f.sessions = append(f.sessions, nil)
		}
	}
	f.restarted(true)
	return f
}

func (f *free) restarted(bool) {
	if f.said > 0 || f.last < 0 {
		if len(f.open) > 0 && f.said > 0 {
			f.last = f.open[0]
		}
	}
	f.open, f.said = nil, 0
	for i := range f.sessions {
		f.open = append(f.open, (f.last+1+i)%len(f.sessions))
	}
}

func (f *free) next(same func(item) string) (item, string) {
	var fits []int
	why := "the recording has nothing more here"
	for _, n := range f.open {
		if f.said >= len(f.sessions[n]) {
			continue
		}
		x := f.sessions[n][f.said]
		reason := same(x)
		switch {
		case reason == "" && (len(fits) == 0 || f.sessions[fits[0]][f.said].exchange.Answer == x.exchange.Answer):
			fits = append(fits, n)
		case reason != "" && len(fits) == 0:
			why = fmt.Sprintf("%s (exchange %d)", reason, x.line)
		}
	}
	if len(fits) == 0 {
		return item{}, why
	}
	x := f.sessions[fits[0]][f.said]
	f.open, f.said = fits, f.said+1
	return x, ""
}

func (f *free) called(record.Call) (item, bool) { return item{}, false }

func (f *free) aftermath() []item { return nil }
