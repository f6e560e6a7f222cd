package diary

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// The shapes of HTTP Archive 1.2. Sizes that are not known are -1, as the
// format has it; fields of ours begin with an underscore.
type (
	har struct {
		Log harLog `json:"log"`
	}
	harLog struct {
		Version string     `json:"version"`
		Creator harCreator `json:"creator"`
		Entries []harEntry `json:"entries"`
		Comment string     `json:"comment"`
	}
	harCreator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	harEntry struct {
		Started  string      `json:"startedDateTime"`
		Time     float64     `json:"time"`
		Request  harRequest  `json:"request"`
		Response harResponse `json:"response"`
		Cache    struct{}    `json:"cache"`
		Timings  harTimings  `json:"timings"`
		Flow     string      `json:"_flow,omitempty"`
		Client   string      `json:"_client,omitempty"`
		Endpoint string      `json:"_endpoint,omitempty"`
		Seq      int         `json:"_seq"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		HTTPVersion string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		Query       []harPair `json:"queryString"`
		Post        *harPost  `json:"postData,omitempty"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
	}
	harPost struct {
		MimeType string    `json:"mimeType"`
		Params   []harPair `json:"params"`
		Text     string    `json:"text"`
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []harPair  `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		Redirect    string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int64      `json:"bodySize"`
	}
	harContent struct {
		Size     int64  `json:"size"`
		MimeType string `json:"mimeType"`
	}
	harTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

// WriteHAR exports entries as an HTTP Archive 1.2. Events are left out, and so
// are bodies and cookies: they would be secrets.
func WriteHAR(w io.Writer, entries []Entry) error {
	out := har{harLog{Version: "1.2", Creator: harCreator{"mockcis2", "1"}, Entries: []harEntry{}, Comment: "Secrets are blanked: equal hashes were equal values."}}
	for _, e := range entries {
		if e.Event == "" && e.Answer != nil {
			out.Log.Entries = append(out.Log.Entries, archived(e))
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(out)
}

func archived(e Entry) harEntry {
	ms := float64(max(0, e.Took)) / float64(time.Millisecond)
	where := url.URL{Scheme: "http", Host: e.Host, Path: e.Path, RawQuery: e.Query.Encode()}
	r := harRequest{Method: e.Method, URL: where.String(), HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: []harPair{}, Query: pairs(e.Query), HeadersSize: -1, BodySize: -1}
	for _, name := range sorted(e.Headers) {
		r.Headers = append(r.Headers, harPair{name, e.Headers[name]})
	}
	if e.Form != nil {
		r.Post = &harPost{"application/x-www-form-urlencoded", pairs(e.Form), e.Form.Encode()}
	}
	a := e.Answer
	to := a.Location
	if to != "" && len(a.Params) > 0 {
		to += "?" + a.Params.Encode()
	}
	kind := a.Type
	if kind == "" {
		kind = "x-unknown"
	}
	return harEntry{Started: e.At.Format(time.RFC3339Nano), Time: ms, Request: r, Timings: harTimings{0, ms, 0},
		Response: harResponse{Status: a.Status, StatusText: http.StatusText(a.Status), HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: []harPair{},
			Content: harContent{a.Size, kind}, Redirect: to, HeadersSize: -1, BodySize: a.Size},
		Flow: e.Flow, Client: e.Client, Endpoint: e.Endpoint, Seq: e.Seq}
}

func pairs(form url.Values) []harPair {
	out := []harPair{}
	for _, name := range sorted(form) {
		for _, v := range form[name] {
			out = append(out, harPair{name, v})
		}
	}
	return out
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
