// Package recipe holds what others copy into their end-to-end tests: how to
// sign in to an application through mockcis2 without card, agent or page. Each
// recipe is run as a test, against an application of its own.
package recipe
