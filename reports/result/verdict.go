package result

// Counted is v as it counts: itself if it is one of the five, else Miss.
func (v Verdict) Counted() Verdict {
	switch v {
	case Pass, Fail, Error, Miss, Skip:
		return v
	}
	return Miss
}

// Red says that v is a verdict that is neither PASS nor SKIP. No verdict is not
// red.
func (v Verdict) Red() bool { return v != "" && v.Counted() != Pass && v.Counted() != Skip }

// Exit is the exit code of a program that ends with v. Only Pass gives
// ExitPass and only Fail gives ExitFail; all else is inconclusive.
func (v Verdict) Exit() int {
	switch v {
	case Pass:
		return ExitPass
	case Fail:
		return ExitFail
	}
	return ExitInconclusive
}

// Judge is the verdict of a cell whose specs are these: the worst of them in
// the order FAIL, ERROR, MISS. Otherwise PASS if one passed, SKIP if all were
// skipped, and MISS if there are none. A bench found broken afterwards makes
// the cell MISS whatever Judge said.
func Judge(specs []Spec) Verdict {
	n := Cell{Specs: specs}.Count()
	switch {
	case n.Fail > 0:
		return Fail
	case n.Error > 0:
		return Error
	case n.Miss > 0:
		return Miss
	case n.Pass > 0:
		return Pass
	case n.Skip > 0:
		return Skip
	}
	return Miss
}
