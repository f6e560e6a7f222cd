package result

import "slices"

// Features are what a target says it can do, and what the specs know besides.
// A spec that needs an unclaimed one is skipped; a claimed one must pass.
type Features struct {
	Claimed   []string `json:"claimed"`
	Unclaimed []string `json:"unclaimed"`
}

// Claiming is c with these features claimed, and with those unclaimed that its
// specs need and it has not. Both lists are sorted.
func (c Cell) Claiming(claimed []string) Cell {
	f := Features{Claimed: sorted(claimed)}
	for _, s := range c.Specs {
		for _, need := range s.Requires {
			if !slices.Contains(claimed, need) {
				f.Unclaimed = append(f.Unclaimed, need)
			}
		}
	}
	f.Unclaimed = sorted(f.Unclaimed)
	c.Features = &f
	return c
}

func sorted(names []string) []string {
	names = append([]string{}, names...)
	slices.Sort(names)
	return slices.Compact(names)
}
