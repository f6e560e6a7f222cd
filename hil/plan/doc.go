// Package plan says which cell runs where and when: it reads what is to be shown
// (build × card × reader × protocol × suite) from a plan file, and lays it out on
// the readers, cards and gadgets that there are, with few card moves and without
// keeping readers idle. The same code plans for a desk, for a farm and for the
// simulation of a farm; it looks at no clock, and the same input with the same
// seed makes the same plan.
//
// How it plans. Cells that want the same card in the same reader are one group. A
// reader keeps its card while that card has work there, which costs no move. Else
// it takes the card of the group with the most work left for each reader already
// at it, if bringing the card costs less than it gains; or waits until such a card
// is free. Each step looks at the groups of one reader, so that the whole grows
// about as the number of cells. Then stays are merged and swapped as long as that
// saves moving and no time is lost.
package plan
