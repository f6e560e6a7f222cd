package logfile

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Guard is a ReplaceAttr for slog's handlers. It hides what must not be in a
// log whoever logs it: attributes by name (a passcode, a token), certificates
// and byte strings by type, and tokens, long keys and distinguished names
// inside any text, messages and errors included.
//
// It is the second line of defence: the first is not to log such things.
func Guard(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.SourceKey {
		return a
	}
	if secret(strings.ToLower(a.Key)) {
		return slog.String(a.Key, hidden)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Clean(a.Value.String()))
	case slog.KindAny:
		return slog.String(a.Key, Clean(plain(a.Value.Any())))
	}
	return a
}

// hidden stands where something was.
const hidden = "[hidden]"

// secret is true for names that are never logged with their value.
func secret(name string) bool {
	words := []string{"passcode", "password", "secret", "token", "ticket", "assertion", "cookie", "nonce", "subject", "certificate", "private"}
	return name == "pin" || name == "puk" || slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
}

// plain is any value as text. Errors and Stringers say it themselves.
func plain(v any) string {
	switch v := v.(type) {
	case []byte, *x509.Certificate, x509.Certificate, pkix.Name:
		return hidden
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	}
	if reflect.ValueOf(v).Kind() == reflect.String {
		return fmt.Sprint(v) // a named string
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T", v)
	}
	return string(text)
}

// The shapes of what is hidden in a text: a token (RFC 7515 §7.1); a
// distinguished name of two parts and more, as RFC 4514 and OpenSSL write it;
// and a run that may be key, certificate or secret. A transaction's id is
// shorter than that run on our identity services, and log.With keeps it apart.
var (
	token = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*)*`)
	dn    = regexp.MustCompile(`(?i)\b(CN|SERIALNUMBER|UID|GIVENNAME|GN|SN|OU|O|C|L|ST|DC|[0-9]+(\.[0-9]+)+)\s?=\s?[^,;/+]+(\s?[,;/+]\s?(CN|SERIALNUMBER|UID|GIVENNAME|GN|SN|OU|O|C|L|ST|DC|[0-9]+(\.[0-9]+)+)\s?=\s?[^,;/+"]+)+`)
	run   = regexp.MustCompile(`[A-Za-z0-9_+/-]{65,}={0,2}`)
	uuid  = regexp.MustCompile(`\b[0-9]{12}\b`)
)

// Clean hides secrets in a text and keeps the rest.
func Clean(text string) string {
	text = token.ReplaceAllString(text, "[token]")
	text = dn.ReplaceAllString(text, "[name]")
	text = run.ReplaceAllString(text, "[long]")
	return uuid.ReplaceAllString(text, "[number]")
}
