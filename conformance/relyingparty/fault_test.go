package relyingparty_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/lint"
)

// sit is a person at a desk of their own, with a provider that has seen nobody.
func sit(t *testing.T) desk {
	t.Helper()
	opened, err := target.Open(context.Background(), target.InProcess("9", iso7816.T1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return desk{Target: opened}
}

// kind makes an application at a desk.
type kind func(d desk, wait time.Duration) application

// outcome is what becomes of one sign-in at an application.
type outcome struct {
	user
	err error
}

// String is how it ended.
func (o outcome) String() string {
	if o.err != nil {
		return "nobody is signed in: " + o.err.Error()
	}
	return fmt.Sprintf("%s is signed in as %q in role %q", o.Sub, o.Name, o.Role)
}

func (d desk) signIn(ctx context.Context, a application) (o outcome) {
	address, err := a.begin(ctx)
	if err != nil {
		return outcome{err: err}
	}
	callback := d.Clients[0].RedirectURI
	back, err := d.goes(ctx, address, callback)
	if err != nil {
		return outcome{err: err}
	}
	o.user, o.err = a.finish(ctx, back)
	return o
}

// under signs in at an application with a fault on; before that without one,
// where the agent would meet the fault first, or with it, where it shows from
// the second time on. It gives what the provider's lints say, too.
func (d desk) under(ctx context.Context, f fault.Info, make kind) (o outcome, lints []string, err error) {
	if slices.ContainsFunc(append(f.At, f.Also...), func(at string) bool { return at == fault.Discovery || at == fault.JWKS }) {
		d.signIn(ctx, make(d, wait(f.ID)))
	}
	if err := d.Side.Fault(ctx, f.ID); err != nil {
		return o, nil, err
	}
	id := f.ID
	if slices.Contains(second, id) {
		d.signIn(ctx, make(d, wait(id)))
	}
	o = d.signIn(ctx, make(d, wait(id)))
	lints, err = d.lints()
	return o, lints, err
}

// lints are the ids of those that spoke of the application.
func (d desk) lints() ([]string, error) {
	found, err := d.Side.(interface {
		Lints(client string) ([]lint.Finding, error)
	}).Lints(d.Clients[0].ID)
	return names(found), err
}

func names(found []lint.Finding) (ids []string) {
	for _, f := range found {
		ids = append(ids, f.Lint)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// second are the faults that show from the second sign-in on.
var second = []string{"provider.id-token-replayed"}

func conscientious(d desk, wait time.Duration) application {
	return &careful{issuer: d.Issuer, client: d.Clients[0], web: patient(wait)}
}

func negligent(d desk, wait time.Duration) application {
	return &careless{issuer: d.Issuer, client: d.Clients[0], web: &http.Client{Timeout: wait}}
}

// wait is how long an application waits for an answer with a fault on: long,
// but not for one that will not come.
func wait(id string) time.Duration {
	if id == "provider.hang" {
		return time.Second
	}
	return time.Minute
}

// delivers says whether an outcome is what the fault says is owed.
func delivers(owed fault.Owes, o outcome, healthy user) bool {
	right := o.err == nil && o.Sub == healthy.Sub && (o.Role == healthy.Role || o.Role == "")
	switch owed.Expect {
	case fault.Refuse:
		return o.err != nil
	case fault.Survive:
		return right
	}
	return right || o.err != nil
}

// Requirement: under every fault of the provider a careful relying party does
// what the fault says is owed, and no lint speaks of it; a careless one is
// caught, by not doing it or by a lint that is silent without a fault, under at
// least forty, and by outcome alone too. Without a fault both sign the person in.
// What each does is known. Source: issue, "Must show"; mockcis2/fault,
// Info.Owes. Turned red by: a fault whose debt is wrong or forgotten; a check
// left out of the careful one; forty faults too tame; a lint that takes care for
// carelessness. `-update` writes the table for a person to look at.
func TestRelyingPartiesUnderEveryFault(t *testing.T) {
	healthy, quiet := healthily(t, conscientious)
	simple, habits := healthily(t, negligent)
	if healthy.err != nil || healthy.Role == "" || simple != healthy || len(quiet) > 0 {
		t.Fatalf("without a fault: careful %s, %v; careless %s", healthy, quiet, simple)
	}
	b := book{habits: habits, rows: map[string]row{}}
	t.Run("faults", func(t *testing.T) {
		for _, f := range fault.All {
			t.Run(f.ID, func(t *testing.T) {
				t.Parallel()
				if slices.Contains(f.At, fault.Backchannel) {
					b.write(t, f, leaves(t, f.ID, true), leaves(t, f.ID, false))
					return
				}
				b.write(t, f, enters(t, f, conscientious, healthy.user), enters(t, f, negligent, healthy.user))
			})
		}
	})
	b.judge(t)
}

// healthily signs in twice without a fault: habits show the second time.
func healthily(t *testing.T, make kind) (outcome, []string) {
	d := sit(t)
	first, o := d.signIn(t.Context(), make(d, wait(""))), d.signIn(t.Context(), make(d, wait("")))
	lints, err := d.lints()
	if err != nil || first != o {
		t.Fatalf("%s, then %s, %v", first, o, err)
	}
	return o, lints
}

// enters is how a sign-in at an application of the kind ends.
func enters(t *testing.T, f fault.Info, make kind, healthy user) end {
	o, lints, err := sit(t).under(t.Context(), f, make)
	if err != nil {
		t.Fatal(err)
	}
	short := "signs the person in"
	switch {
	case o.err != nil:
		short = "signs nobody in"
	case o.Sub == healthy.Sub && o.Role == "":
		short = "signs the person in, without a role"
	case o.Sub != healthy.Sub:
		short = "signs somebody else in"
	case o.Role != healthy.Role:
		short = "signs the person in, in another role"
	case o.Name != healthy.Name:
		short = "signs the person in, by another name"
	}
	return end{delivers(f.Owes, o, healthy), o.String(), short, lints}
}
