package fault

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// change applies a fault's hooks to an answer.
func (f *running) change(c *Call, a *Answer) {
	if f.IDToken != nil || f.Sealed != nil {
		a.edit(func(m map[string]any) { f.reseal(c, m) })
	}
	if f.Request != nil {
		a.reseal(c, func(t *JWT) { f.Request(t.Claims, c.Now()) })
	}
	if f.UserInfo != nil {
		a.edit(f.UserInfo)
	}
	if f.Answer != nil {
		f.Answer(c, a)
	}
}

// reseal changes the ID token in a token answer.
func (f *running) reseal(c *Call, m map[string]any) {
	raw, _ := m["id_token"].(string)
	t, err := c.open(raw)
	if err != nil {
		return
	}
	if f.IDToken != nil {
		f.IDToken(t.Claims, c.Now())
	}
	if f.Sealed != nil {
		f.Sealed(c, t)
	}
	m["id_token"] = t.compact()
}

// edit changes a JSON object that was answered with 200; another answer stays.
func (a *Answer) edit(change func(map[string]any)) {
	var m map[string]any
	if a.Status != http.StatusOK || json.Unmarshal(a.Body.Bytes(), &m) != nil || m == nil {
		return
	}
	change(m)
	a.json(m)
}

func (a *Answer) json(v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		return
	}
	a.Body.Reset()
	a.Body.Write(append(raw, '\n'))
}

// reseal changes a body that is one JWT; another answer stays.
func (a *Answer) reseal(c *Call, change func(*JWT)) {
	t, err := c.open(strings.TrimSpace(a.Body.String()))
	if a.Status != http.StatusOK || err != nil {
		return
	}
	change(t)
	a.Body.Reset()
	a.Body.WriteString(t.compact())
}

// home changes the parameters with which the browser returns to the
// application.
func (a *Answer) home(change func(url.Values)) {
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		return
	}
	q := to.Query()
	change(q)
	to.RawQuery = q.Encode()
	a.move(to.String())
}

// move sends the browser elsewhere. What stands in the body is dropped.
func (a *Answer) move(to string) {
	a.header.Set("Location", to)
	a.Body.Reset()
}

// keys changes the published keys.
func (a *Answer) keys(change func([]any) []any) {
	a.edit(func(m map[string]any) {
		list, _ := m["keys"].([]any)
		m["keys"] = change(list)
	})
}

// each changes every published key.
func (a *Answer) each(change func(key map[string]any)) {
	a.keys(func(list []any) []any {
		for _, k := range list {
			if key, ok := k.(map[string]any); ok {
				change(key)
			}
		}
		return list
	})
}

// block is the JSON that the login page's script reads.
var block = regexp.MustCompile(`(?s)(<script type="application/json" id="transaction">)(.*?)(</script>)`)

// page changes what the login page's script reads.
func (a *Answer) page(change func(map[string]any)) {
	text := a.Body.String()
	at := block.FindStringSubmatchIndex(text)
	var m map[string]any
	if a.Status != http.StatusOK || at == nil || json.Unmarshal([]byte(text[at[4]:at[5]]), &m) != nil {
		return
	}
	change(m)
	raw, err := json.Marshal(m)
	if err != nil {
		return
	}
	a.Body.Reset()
	a.Body.WriteString(text[:at[4]] + string(raw) + text[at[5]:])
}

// seal turns a JSON answer into a signed JWT, after change.
func (a *Answer) seal(c *Call, change func(*JWT)) {
	var m map[string]any
	if a.Status != http.StatusOK || json.Unmarshal(a.Body.Bytes(), &m) != nil || m == nil {
		return
	}
	key, kid := c.Key(c.Alg)
	t := &JWT{Header: map[string]any{"alg": c.Alg}, Claims: m}
	t.by(key, kid)
	m["iss"] = c.Issuer
	change(t)
	a.header.Set("Content-Type", "application/jwt")
	a.Body.Reset()
	a.Body.WriteString(t.compact())
}
