package logfile_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
)

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI1NTUwIn0.c2lnbmF0dXJl"

// Requirement: no passcode, token or full certificate subject is written, by
// whichever name, type or text it comes (issue "logs"). Turned red by: dropping
// any rule of Guard.
func TestGuardHides(t *testing.T) {
	subject := "CN=UIN555040737105 Mallory Canary,OU=Access,O=nhs,C=GB"
	long := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("canary"), 40))
	for name, c := range map[string]struct {
		message string
		attr    slog.Attr
	}{
		"by name":           {"x", slog.String("passcode", "canary")},
		"by part of a name": {"x", slog.String("access_token", "canary")},
		"the ticket":        {"x", slog.String("Ticket", "canary")},
		"bytes":             {"x", slog.Any("data", []byte("canary"))},
		"a certificate":     {"x", slog.Any("leaf", &x509.Certificate{Raw: []byte("canary"), Subject: pkix.Name{CommonName: "canary"}})},
		"a name":            {"x", slog.Any("holder", pkix.Name{CommonName: "canary"})},
		"token in text":     {"got " + jwt, slog.String("body", `{"id_token":"`+jwt+`"}`)},
		"token in error":    {"x", slog.Any("error", errors.New("refused "+jwt))},
		"subject in text":   {"signed by " + subject, slog.String("who", subject)},
		"subject, OpenSSL":  {"x", slog.String("who", "/C=GB/O=nhs/OU=Access/CN=Mallory Canary")},
		"subject in error":  {"x", slog.Any("error", errors.New("x509: "+subject+" is not valid"))},
		"certificate text":  {"x", slog.String("body", long)},
		"in a struct":       {"x", slog.Any("request", struct{ Token string }{jwt})},
		"in a group":        {"x", slog.Group("g", slog.String("token", "canary"), slog.Any("e", errors.New(subject)))},
	} {
		for format, handler := range map[string]func(*bytes.Buffer) slog.Handler{
			"json": func(b *bytes.Buffer) slog.Handler { return logfile.JSON(b, slog.LevelInfo) },
			"text": func(b *bytes.Buffer) slog.Handler { return logfile.Text(b, slog.LevelInfo) },
		} {
			var out bytes.Buffer
			slog.New(handler(&out)).Info(c.message, c.attr)
			for _, canary := range []string{"canary", "Canary", jwt, "eyJzdWIi", "555040737105", long[:70], "Y2FuYXJ5"} {
				if strings.Contains(out.String(), canary) {
					t.Errorf("%s, %s: %q has %s", name, format, out.String(), canary)
				}
			}
			if !strings.Contains(out.String(), "[") {
				t.Errorf("%s, %s: nothing says that something was hidden: %q", name, format, out.String())
			}
		}
	}
}

// Requirement: what a helpdesk needs stays readable. Turned red by: rules that
// hide too much.
func TestGuardKeeps(t *testing.T) {
	var out bytes.Buffer
	slog.New(logfile.JSON(&out, slog.LevelInfo)).Warn("sign-in ended", "issuer", "https://am.example.nhs.uk:443/realm/x",
		"code", "0x41555401", "transaction", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-",
		"error", errors.New("CARD_UNKNOWN: ATR 3B6800000073C84012009000"), "event", 205, "reason", "TimeToShowPinForm=45 is used")
	for _, want := range []string{"https://am.example.nhs.uk:443/realm/x", "0x41555401", "XYZ_-", "3B6800000073C84012009000", `"event":205`, "TimeToShowPinForm=45"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q lacks %s", out.String(), want)
		}
	}
}
