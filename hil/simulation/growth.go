package simulation

import "math"

// Growth is the exponent k for which y grows as x to the power of k, by least
// squares on logarithms. 1 is linear. Pairs that are not positive are left out;
// fewer than two say nothing, which is NaN.
func Growth(x, y []float64) float64 {
	var n, sx, sy, sxx, sxy float64
	for i := range x {
		if x[i] <= 0 || y[i] <= 0 {
			continue
		}
		a, b := math.Log(x[i]), math.Log(y[i])
		n, sx, sy, sxx, sxy = n+1, sx+a, sy+b, sxx+a*a, sxy+a*b
	}
	if d := n*sxx - sx*sx; n > 1 && d > 0 {
		return (n*sxy - sx*sy) / d
	}
	return math.NaN()
}
