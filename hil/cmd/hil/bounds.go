package main

import (
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/alecthomas/kong"
)

// bounded refuses numbers that no command could mean, before anything is done. A
// flag's tags least and most say what is meant; both belong to it. A list that has
// a default and was given nothing is refused too. The error wraps errUsage.
func bounded(flags []*kong.Flag) error {
	for _, f := range flags {
		if f.Target.Kind() != reflect.Slice {
			if err := within(f, f.Target); err != nil {
				return err
			}
			continue
		}
		if f.HasDefault && f.Target.Len() == 0 {
			return fmt.Errorf("%w: --%s is empty; leave it out for %s", errUsage, f.Name, f.Default)
		}
		for i := range f.Target.Len() {
			if err := within(f, f.Target.Index(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// within looks at one value of a flag.
func within(f *kong.Flag, v reflect.Value) error {
	least, most := f.Tag.Get("least"), f.Tag.Get("most")
	if least == "" {
		return nil
	}
	low, err := number(v, least)
	if err != nil {
		return err
	}
	high, err := number(v, most)
	if err != nil {
		return err
	}
	if x := float(v); x >= low && x <= high { // which NaN is not
		return nil
	}
	return fmt.Errorf("%w: --%s %v: from %s to %s", errUsage, f.Name, v, least, most)
}

// number reads a bound as the flag's own values are read.
func number(v reflect.Value, text string) (float64, error) {
	if v.Type() == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(text)
		return float64(d), err
	}
	return strconv.ParseFloat(text, 64)
}

// float is a flag's number, of what type it may be.
func float(v reflect.Value) float64 {
	if v.CanInt() {
		return float64(v.Int())
	}
	return v.Float()
}
