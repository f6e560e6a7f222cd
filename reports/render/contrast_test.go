package render_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var setting = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`)

// Requirement: WCAG 2.2 1.4.3, text has a contrast of 4.5 to what it stands on,
// in light and in dark. Turned red by: a lighter grey for small print.
func TestContrast(t *testing.T) {
	css, err := os.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	screen, _, _ := strings.Cut(string(css), "* { box-sizing")
	light, dark, _ := strings.Cut(screen, "@media")
	for scheme, text := range map[string]string{"light": light, "dark": dark} {
		colour := map[string]float64{}
		for _, m := range setting.FindAllStringSubmatch(text, -1) {
			colour[m[1]] = luminance(m[2])
		}
		for _, pair := range strings.Fields(`ink/paper soft/paper link/paper ink/band soft/band open/paper
			pass/pass-bg fail/fail-bg open/open-bg skip/skip-bg ink/pass-bg ink/fail-bg ink/open-bg ink/skip-bg`) {
			front, back, _ := strings.Cut(pair, "/")
			a, b := colour[front], colour[back]
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
				t.Errorf("%s: %s has a contrast of %.2f", scheme, pair, ratio)
			}
		}
	}
}

// luminance is WCAG's relative luminance of a colour in hexadecimal.
func luminance(hex string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(hex[2*i:2*i+2], 16, 8) // the pattern has matched it
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
