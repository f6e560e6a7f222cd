package login

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// How much is remembered at most. A flood of requests forgets the oldest; it
// never fills the memory.
const (
	mostTransactions = 5000
	mostOver         = 200 // that have ended: the others say so as unknown ones
	mostBrowsers     = 2000
)

// sweep forgets what is over. It looks at everything at most once a minute, and
// when there is too much. l.mu is held.
func (l *Login) sweep(now time.Time) {
	for ; len(l.over) > mostOver; l.over = l.over[1:] {
		delete(l.transactions, l.over[0])
	}
	full := len(l.transactions) >= mostTransactions || len(l.browsers) >= mostBrowsers
	if !full && now.Sub(l.swept).Abs() < time.Minute {
		return
	}
	l.swept = now
	maps.DeleteFunc(l.transactions, func(_ string, t *transaction) bool { return now.Sub(t.ends) > 30*time.Minute })
	maps.DeleteFunc(l.browsers, func(_ string, b *browserState) bool {
		return b.session == nil && now.Sub(b.seen) > time.Hour
	})
	drop(l.transactions, mostTransactions, func(t *transaction) time.Time { return t.ends })
	for _, b := range drop(l.browsers, mostBrowsers, func(b *browserState) time.Time { return b.seen }) {
		l.quit(b, "too many browsers")
	}
	maps.DeleteFunc(l.tickets, func(_ string, k *ticket) bool { return l.transactions[k.tx.id] == nil })
}

// drop forgets the oldest eighth of m when it is full, and answers with it: few
// enough that memory does not go up and down, and enough that they are not sorted
// for each newcomer.
func drop[V any](m map[string]V, most int, when func(V) time.Time) []V {
	if len(m) < most {
		return nil
	}
	keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(when(m[a]).Compare(when(m[b])), cmp.Compare(a, b))
	})
	var gone []V
	for _, k := range keys[:most/8] {
		gone = append(gone, m[k])
		delete(m, k)
	}
	return gone
}
