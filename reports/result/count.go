package result

// Count counts the results of one cell.
func (c Cell) Count() Counts {
	n := Counts{Cells: 1}
	for _, s := range c.Specs {
		n.add(s.Verdict)
	}
	n.Unproven = unproven(c)
	return n
}

// Count counts the results of a report.
func (r Report) Count() Counts {
	n := Counts{Cells: len(r.Cells), Unproven: unproven(r.Cells...)}
	for _, c := range r.Cells {
		for _, s := range c.Specs {
			n.add(s.Verdict)
		}
	}
	for _, p := range r.Plan.Cells {
		n.Miss += len(p.Missing(r))
	}
	return n
}

// Executed is how many specs were judged, for or against.
func (n Counts) Executed() int { return n.Pass + n.Fail }

// Specs is how many spec results were counted.
func (n Counts) Specs() int { return n.Pass + n.Fail + n.Error + n.Miss + n.Skip }

func (n *Counts) add(v Verdict) {
	switch v.Counted() {
	case Pass:
		n.Pass++
	case Fail:
		n.Fail++
	case Error:
		n.Error++
	case Skip:
		n.Skip++
	default:
		n.Miss++
	}
}

func unproven(cells ...Cell) int {
	ids := map[string]bool{}
	for _, c := range cells {
		for _, s := range c.Specs {
			if s.Proof == "" {
				ids[s.ID] = true
			}
		}
	}
	return len(ids)
}
