package policy

import "encoding/xml"

// definitions is the root of an ADMX file; the order of its parts is fixed.
type definitions struct {
	XMLName    xml.Name          `xml:"policyDefinitions"`
	XMLNS      string            `xml:"xmlns,attr"`
	Revision   string            `xml:"revision,attr"`
	Schema     string            `xml:"schemaVersion,attr"`
	Target     namespace         `xml:"policyNamespaces>target"`
	Resources  resourcesNeeded   `xml:"resources"`
	Supported  []named           `xml:"supportedOn>definitions>definition"`
	Categories []categoryElement `xml:"categories>category"`
	Policies   []policyElement   `xml:"policies>policy"`
}

type namespace struct {
	Prefix    string `xml:"prefix,attr"`
	Namespace string `xml:"namespace,attr"`
}

type resourcesNeeded struct {
	Revision string `xml:"minRequiredRevision,attr"`
}

type named struct {
	Name    string `xml:"name,attr"`
	Display string `xml:"displayName,attr"`
}

type categoryElement struct {
	named
	Parent *reference `xml:"parentCategory"`
}

type reference struct {
	Ref string `xml:"ref,attr"`
}

type policyElement struct {
	Name         string    `xml:"name,attr"`
	Class        string    `xml:"class,attr"`
	Display      string    `xml:"displayName,attr"`
	Explain      string    `xml:"explainText,attr"`
	Presentation string    `xml:"presentation,attr"`
	Key          string    `xml:"key,attr"`
	Parent       reference `xml:"parentCategory"`
	Supported    reference `xml:"supportedOn"`
	Elements     struct {
		Decimal *decimal `xml:"decimal"`
		Enum    *enum    `xml:"enum"`
		Text    *line    `xml:"text"`
		Lines   *value   `xml:"multiText"`
	} `xml:"elements"`
}

// value is what every element has: its name in the presentation and in the
// registry.
type value struct {
	ID        string `xml:"id,attr"`
	ValueName string `xml:"valueName,attr"`
}

// decimal is written as REG_SZ, as the real value is.
type decimal struct {
	value
	Required bool `xml:"required,attr"`
	Min      int  `xml:"minValue,attr"`
	Max      int  `xml:"maxValue,attr"`
	AsText   bool `xml:"storeAsText,attr"`
}

type enum struct {
	value
	Required bool   `xml:"required,attr"`
	Items    []item `xml:"item"`
}

type item struct {
	Display string `xml:"displayName,attr"`
	Value   string `xml:"value>string"`
}

type line struct {
	value
	MaxLength int `xml:"maxLength,attr"`
}

// words is the root of an ADML file.
type words struct {
	XMLName       xml.Name       `xml:"policyDefinitionResources"`
	XMLNS         string         `xml:"xmlns,attr"`
	Revision      string         `xml:"revision,attr"`
	Schema        string         `xml:"schemaVersion,attr"`
	Name          string         `xml:"displayName"`
	Description   string         `xml:"description"`
	Strings       []sentence     `xml:"resources>stringTable>string"`
	Presentations []presentation `xml:"resources>presentationTable>presentation"`
}

func (w *words) say(id, text string) { w.Strings = append(w.Strings, sentence{id, text}) }

type sentence struct {
	ID   string `xml:"id,attr"`
	Text string `xml:",chardata"`
}

type presentation struct {
	ID       string    `xml:"id,attr"`
	Decimal  *number   `xml:"decimalTextBox"`
	Dropdown *dropdown `xml:"dropdownList"`
	Text     *control  `xml:"textBox"`
	Lines    *lines    `xml:"multiTextBox"`
}

type control struct {
	RefID string `xml:"refId,attr"`
	Label string `xml:"label"`
}

type number struct {
	RefID   string `xml:"refId,attr"`
	Default string `xml:"defaultValue,attr"`
	Label   string `xml:",chardata"`
}

type dropdown struct {
	RefID  string `xml:"refId,attr"`
	NoSort string `xml:"noSort,attr"`
	Label  string `xml:",chardata"`
}

type lines struct {
	RefID string `xml:"refId,attr"`
	Label string `xml:",chardata"`
}
