package settings

import (
	"fmt"
	"strings"
)

// Found is a value that does not count: a stronger tier has another, or it was
// ignored.
type Found struct {
	Tier    Tier     `json:"tier"`
	Place   string   `json:"place"`
	Value   []string `json:"value"`
	Ignored string   `json:"ignored,omitempty"` // why; empty when it is only overridden
}

// Effective is one setting as it counts.
type Effective struct {
	Name     string   `json:"id"`
	Title    string   `json:"title"`
	Value    []string `json:"value"`
	Tier     Tier     `json:"tier"`
	Place    string   `json:"place,omitempty"` // empty for a default
	Security bool     `json:"security"`
	Others   []Found  `json:"others,omitempty"`
}

// Snapshot is what all tiers together say at one moment.
type Snapshot struct {
	Settings   Settings
	Values     []Effective // in Table's order
	Complaints []Complaint
}

// Merge reads the layers, which are ordered strongest first. For every setting
// the strongest tier that has it decides; when what it says is wrong the
// built-in default counts, so that a mistake in a policy never hands the
// decision to a weaker tier.
func Merge(layers []Layer) Snapshot {
	m := merger{found: map[string][]Raw{}, tiers: map[string][]Tier{}}
	for _, l := range layers {
		m.read(l)
	}
	for _, row := range Table() {
		m.Values = append(m.Values, m.decide(row))
	}
	m.across()
	m.Settings = m.Settings.WithDefaults()
	return m.Snapshot
}

// merger is a Snapshot being made. found and tiers go by lower-case name.
type merger struct {
	Snapshot
	found map[string][]Raw
	tiers map[string][]Tier
}

func (m *merger) complain(tier Tier, place, name, format string, args ...any) {
	m.Complaints = append(m.Complaints, Complaint{tier, place, name, fmt.Sprintf(format, args...)})
}

func (m *merger) read(l Layer) {
	values, complaints := l.Source.Read()
	for _, c := range complaints {
		c.Tier = l.Tier
		m.Complaints = append(m.Complaints, c)
	}
	here := map[string]int{}
	for _, v := range values {
		name := strings.ToLower(v.Name)
		if _, ok := Find(name); !ok {
			m.complain(l.Tier, v.Place, v.Name, "there is no such setting")
			continue
		}
		if at, twice := here[name]; twice {
			m.complain(l.Tier, v.Place, v.Name, "it is set twice in this tier; this one counts, not %s", m.found[name][at].Place)
			m.found[name][at] = v
			continue
		}
		here[name] = len(m.found[name])
		m.found[name], m.tiers[name] = append(m.found[name], v), append(m.tiers[name], l.Tier)
	}
}

// decide takes the strongest value, or the default when that is wrong.
func (m *merger) decide(row Row) Effective {
	e := Effective{Name: row.Name, Title: row.Title, Value: row.Defaults(), Tier: Default, Security: row.Security}
	name, decided := strings.ToLower(row.Name), false
	for i, raw := range m.found[name] {
		tier := m.tiers[name][i]
		parts, err := row.try(tier, raw)
		other := Found{Tier: tier, Place: raw.Place, Value: raw.Value}
		if err != nil {
			other.Ignored = strings.TrimPrefix(err.Error(), ErrInvalid.Error()+": ")
			m.complain(tier, raw.Place, row.Name, "%s", other.Ignored)
		}
		counts := !decided && err == nil
		decided = decided || !row.Security || tier != User
		if !counts {
			e.Others = append(e.Others, other)
			continue
		}
		_ = row.set(&m.Settings, parts) // try has set it once
		e.Value, e.Tier, e.Place = parts, tier, raw.Place
	}
	return e
}

// try understands one value alone.
func (r Row) try(tier Tier, raw Raw) (parts []string, err error) {
	if r.Security && tier == User {
		return nil, fmt.Errorf("%w: it is a security setting, which counts from the policy and machine tiers only", ErrInvalid)
	}
	if parts, err = r.parse(raw); err != nil {
		return nil, err
	}
	var alone Settings
	if err = r.set(&alone, parts); err != nil {
		return nil, err
	}
	if err = alone.checkValues(); err != nil {
		return nil, err
	}
	for _, i := range alone.Issuers {
		if i.Test() && tier != Machine {
			return nil, fmt.Errorf("%w: %q speaks http, which counts from the machine tier only", ErrInvalid, i.URL)
		}
	}
	return parts, nil
}

// across drops what does not go together.
func (m *merger) across() {
	err := m.Settings.checkTogether()
	if err == nil {
		return
	}
	for i, e := range m.Values {
		if e.Name == "LoginOrigins" {
			reason := strings.TrimPrefix(err.Error(), ErrInvalid.Error()+": ")
			m.complain(e.Tier, e.Place, e.Name, "%s", reason)
			m.Values[i].Others = append([]Found{{e.Tier, e.Place, e.Value, reason}}, e.Others...)
			m.Values[i].Value, m.Values[i].Tier, m.Values[i].Place = nil, Default, ""
		}
	}
	m.Settings.LoginOrigins = nil
}
