// Package health keeps a bench honest about itself. A reader with too many MISS
// of late is looked at with the golden card, one that is known to work. Where that
// fails the repairs are tried, the mildest first, and only a reader that was seen
// good twice in a row is good; one that no repair helps is quarantined with the
// reason. Flakes are counted apart: of the product, where a check failed and then
// passed on a sound bench, and of the bench, where a cell missed and then did not.
package health
