package fidelity

// pair is one command in both recordings, or in one of them.
type pair struct{ a, b *whole }

func (p pair) any() *whole {
	if p.a != nil {
		return p.a
	}
	return p.b
}

func (p pair) reset() bool { return p.any().reset }

// match puts the commands of two recordings side by side: the longest sequence
// both have in the same order, with what only one has in between.
func match(a, b []whole) (out []pair) {
	for len(a) > 0 && len(b) > 0 && a[0].key() == b[0].key() { // a long recording and its copy need no table
		out = append(out, pair{&a[0], &b[0]})
		a, b = a[1:], b[1:]
	}
	common := lengths(a, b)
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i].key() == b[j].key():
			out = append(out, pair{&a[i], &b[j]})
			i, j = i+1, j+1
		case j == len(b) || (i < len(a) && common[i+1][j] >= common[i][j+1]):
			out = append(out, pair{&a[i], nil})
			i++
		default:
			out = append(out, pair{nil, &b[j]})
			j++
		}
	}
	return out
}

// lengths is how many commands the rests of both from i and j have in common.
func lengths(a, b []whole) [][]int {
	keysA, keysB := keys(a), keys(b)
	out := make([][]int, len(a)+1)
	for i := range out {
		out[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			out[i][j] = max(out[i+1][j], out[i][j+1])
			if keysA[i] == keysB[j] {
				out[i][j] = out[i+1][j+1] + 1
			}
		}
	}
	return out
}

func keys(list []whole) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = w.key()
	}
	return out
}
