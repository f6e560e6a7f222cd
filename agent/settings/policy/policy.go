// Package policy writes the Group Policy templates of the settings: an ADMX
// file, language-neutral, and an ADML file with the words (Microsoft, "ADMX
// Syntax" and "ADML Syntax"). Both are made from settings.Table, so a setting
// cannot be forgotten. The files beside this package are what it writes; a test
// holds them to it and rewrites them with -update.
package policy

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Key is where Group Policy puts the values (the policy tier).
const Key = `SOFTWARE\Policies\NHS\SmartcardConnect`

// revision of the templates. It is raised when a setting is added or changed.
const revision = "1.0"

const (
	xmlns     = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
	category  = "SmartcardConnect"
	parent    = "NHS"
	supported = "SUPPORTED_SmartcardConnect"
)

// ADMX writes the policies.
func ADMX(w io.Writer) error {
	d := definitions{XMLNS: xmlns, Revision: revision, Schema: "1.0", Resources: resourcesNeeded{revision},
		Target:     namespace{"smartcardconnect", "SmartcardConnect.Policies"},
		Supported:  []named{{supported, str(supported)}},
		Categories: []categoryElement{{named: named{parent, str(parent)}}, {named{category, str(category)}, &reference{parent}}}}
	for _, row := range settings.Table() {
		d.Policies = append(d.Policies, policyOf(row))
	}
	return write(w, d)
}

func policyOf(row settings.Row) policyElement {
	p := policyElement{Name: row.Name, Class: "Machine", Display: str(row.Name), Explain: str(row.Name + "_Help"),
		Presentation: "$(presentation." + row.Name + ")", Key: Key, Parent: reference{category}, Supported: reference{supported}}
	e := value{ID: row.Name, ValueName: row.Name}
	switch row.Kind {
	case settings.Number:
		p.Elements.Decimal = &decimal{value: e, Required: true, Min: row.Min, Max: row.Max, AsText: true}
	case settings.Choice:
		p.Elements.Enum = &enum{value: e, Required: true}
		for _, c := range row.Choices {
			p.Elements.Enum.Items = append(p.Elements.Enum.Items, item{str(row.Name + "_" + c), c})
		}
	case settings.List:
		if row.Name != "TrustedCertificateIssuers" { // which is a REG_SZ for other programs too
			p.Elements.Lines = &e
			break
		}
		fallthrough
	default:
		p.Elements.Text = &line{value: e, MaxLength: 16383}
	}
	return p
}

// ADML writes the words in British English.
func ADML(w io.Writer) error {
	r := words{XMLNS: xmlns, Revision: revision, Schema: "1.0", Name: "NHS Smartcard Connect", Description: "Settings of the Smartcard Connect agent"}
	r.say(parent, "NHS")
	r.say(category, "Smartcard Connect")
	r.say(supported, "Smartcard Connect on Windows 10 or later")
	for _, row := range settings.Table() {
		r.say(row.Name, row.Title)
		r.say(row.Name+"_Help", explain(row))
		for _, c := range row.Choices {
			r.say(row.Name+"_"+c, c)
		}
		r.Presentations = append(r.Presentations, presentationOf(row))
	}
	return write(w, r)
}

// explain is the help text with what an administrator asks next.
func explain(row settings.Row) string {
	text := row.Help + "\n\n"
	if row.Kind == settings.List {
		text += "Several are written on lines of their own, or separated by semicolons.\n\n"
		if row.Name == "TrustedCertificateIssuers" {
			text = strings.Replace(text, "on lines of their own, or separated", "separated", 1)
		}
	}
	if row.Kind == settings.Number {
		text += fmt.Sprintf("From %d to %d.\n\n", row.Min, row.Max)
	}
	if row.Security {
		text += "This is a security setting: the user's own value never counts.\n\n"
	}
	if row.Default == "" {
		return text + "Not configured: empty."
	}
	return text + "Not configured: " + row.Default + "."
}

func presentationOf(row settings.Row) presentation {
	p := presentation{ID: row.Name}
	label := control{RefID: row.Name, Label: row.Title}
	switch row.Kind {
	case settings.Number:
		p.Decimal = &number{row.Name, row.Default, row.Title}
	case settings.Choice:
		p.Dropdown = &dropdown{row.Name, "true", row.Title}
	case settings.List:
		if row.Name != "TrustedCertificateIssuers" {
			p.Lines = &lines{row.Name, row.Title}
			break
		}
		fallthrough
	default:
		p.Text = &label
	}
	return p
}

func str(id string) string { return "$(string." + id + ")" }

func write(w io.Writer, v any) error {
	if _, err := io.WriteString(w, `<?xml version="1.0" encoding="utf-8"?>`+"\n"); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
