package relyingparty_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

var update = flag.Bool("update", false, "write the table of what each relying party does")

// caughtFile is the table, for people and as what the test wants.
const caughtFile = "caught.md"

// end is how a fault ended at one relying party.
type end struct {
	owed  bool   // it did what is owed
	long  string // what happened
	short string // for the table
	lints []string
}

// row is what both did under one fault.
type row struct {
	careful, careless end
	rp                bool // the fault tries a relying party
}

// book is what happened under every fault.
type book struct {
	habits []string // lints that speak of the careless one without a fault
	mu     sync.Mutex
	rows   map[string]row
}

// write judges the careful one and keeps both.
func (b *book) write(t *testing.T, f fault.Info, careful, careless end) {
	t.Helper()
	if f.Owes.Expect == "" {
		t.Error("nobody owes anything")
	}
	if !careful.owed {
		t.Errorf("careful: %s; owed is %s: %s", careful.long, f.Owes.Expect, f.Owes.Text)
	}
	if len(careful.lints) > 0 {
		t.Errorf("careful: %v speak", careful.lints)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rows[f.ID] = row{careful, careless, f.Owes.Who == "rp"}
}

// told are the lints that speak of the careless one because of the fault.
func (b *book) told(r row) []string {
	return slices.DeleteFunc(slices.Clone(r.careless.lints), func(l string) bool { return slices.Contains(b.habits, l) })
}

// judge counts, and compares with the table.
func (b *book) judge(t *testing.T) {
	byOutcome, either := 0, 0
	for _, r := range b.rows {
		if r.rp && !r.careless.owed {
			byOutcome++
		}
		if r.rp && (!r.careless.owed || len(b.told(r)) > 0) {
			either++
		}
	}
	if byOutcome < 40 || either < 40 {
		t.Errorf("careless is caught under %d faults by outcome, %d with lints", byOutcome, either)
	}
	table := b.table(byOutcome, either)
	if *update {
		if err := os.WriteFile(caughtFile, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(caughtFile)
	if err != nil || string(want) != table {
		t.Errorf("%s says otherwise (%v): -update writes it; it should be\n%s", caughtFile, err, table)
	}
}

// table is for people.
func (b *book) table(byOutcome, either int) string {
	var s strings.Builder
	fmt.Fprintf(&s, `# What a careless and a careful relying party do

Written by `+"`go test ./conformance/relyingparty -run EveryFault -update`"+`. Both are in this
folder; neither is for use. %d faults try a relying party. The careless one is
caught under %d of them: under %d it does not do what is owed (**so**), under the
others a lint of the provider speaks that is silent without a fault. The careful
one does what is owed under each, and no lint speaks of it.

Without a fault these speak of the careless one: %s.

| fault | owed | careful | careless | lints |
|---|---|---|---|---|
`, b.tried(), either, byOutcome, strings.Join(b.habits, ", "))
	for _, f := range fault.All {
		r, seen := b.rows[f.ID]
		if !seen || !r.rp {
			continue
		}
		careless := r.careless.short
		if !r.careless.owed {
			careless = "**" + careless + "**"
		}
		fmt.Fprintf(&s, "| %s | %s | %s | %s | %s |\n", strings.TrimPrefix(f.ID, "provider."), f.Owes.Expect, r.careful.short, careless, strings.ReplaceAll(strings.Join(b.told(r), ", "), "lint.", ""))
	}
	return s.String()
}

func (b *book) tried() (n int) {
	for _, r := range b.rows {
		if r.rp {
			n++
		}
	}
	return n
}
