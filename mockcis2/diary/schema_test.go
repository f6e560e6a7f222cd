package diary_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// schema is as much of JSON Schema draft 7 as ours use. A keyword that it does
// not know is a failure, so that nothing is believed to be checked and is not.
type schema map[string]any

func readSchema(t *testing.T, name string) schema {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// check says what is wrong with v, with the place; empty is valid.
func (root schema) check(s schema, v any, at string) (wrong []string) {
	say := func(format string, more ...any) { wrong = append(wrong, at+": "+fmt.Sprintf(format, more...)) }
	for keyword, want := range s {
		switch keyword {
		case "$schema", "$comment", "title", "definitions", "properties":
		case "$ref":
			name := strings.TrimPrefix(want.(string), "#/definitions/")
			wrong = append(wrong, root.check(root["definitions"].(map[string]any)[name].(map[string]any), v, at)...)
		case "type":
			if !is(v, want.(string)) {
				say("is %T, not %s", v, want)
			}
		case "enum":
			if !slices.Contains(want.([]any), v) {
				say("%v is not allowed", v)
			}
		case "pattern":
			if text, ok := v.(string); !ok || !regexp.MustCompile(want.(string)).MatchString(text) {
				say("%v does not match %s", v, want)
			}
		case "minimum":
			if n, ok := v.(float64); !ok || n < want.(float64) {
				say("%v is too small", v)
			}
		case "minItems":
			if list, ok := v.([]any); !ok || float64(len(list)) < want.(float64) {
				say("too few")
			}
		case "required":
			for _, name := range want.([]any) {
				if m, ok := v.(map[string]any); !ok || m[name.(string)] == nil {
					say("%s is missing", name)
				}
			}
		case "items":
			list, _ := v.([]any)
			for i, one := range list {
				wrong = append(wrong, root.check(want.(map[string]any), one, fmt.Sprintf("%s[%d]", at, i))...)
			}
		case "additionalProperties":
			wrong = append(wrong, root.others(s, want, v, at)...)
		default:
			say("schema keyword %s is not known here", keyword)
		}
	}
	properties, _ := s["properties"].(map[string]any)
	members, _ := v.(map[string]any)
	for name, inner := range properties {
		if m, ok := members[name]; ok {
			wrong = append(wrong, root.check(inner.(map[string]any), m, at+"."+name)...)
		}
	}
	return wrong
}

func (root schema) others(s schema, want, v any, at string) (wrong []string) {
	properties, _ := s["properties"].(map[string]any)
	members, _ := v.(map[string]any)
	for name, m := range members {
		if _, known := properties[name]; known {
			continue
		}
		if inner, ok := want.(map[string]any); ok {
			wrong = append(wrong, root.check(inner, m, at+"."+name)...)
		} else if want == false {
			wrong = append(wrong, at+": "+name+" is not in the schema")
		}
	}
	return wrong
}

func is(v any, kind string) bool {
	switch v := v.(type) {
	case map[string]any:
		return kind == "object"
	case []any:
		return kind == "array"
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case float64:
		return kind == "number" || kind == "integer" && v == math.Trunc(v)
	}
	return false
}
