package relyingparty_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// careless is a relying party as people write them who have read one tutorial:
// it decodes what it should verify, and believes what it is told. Never copy it.
type careless struct {
	issuer string
	client target.Client
	people map[string]bool
	web    *http.Client // it has a limit only so that tests end
	meta   struct {
		Authorize string `json:"authorization_endpoint"`
		Token     string `json:"token_endpoint"`
		Info      string `json:"userinfo_endpoint"`
	}
}

func (c *careless) begin(context.Context) (string, error) {
	resp, err := c.web.Get(c.issuer + "/.well-known/openid-configuration")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&c.meta); err != nil {
		return "", err
	}
	q := url.Values{"response_type": {"code"}, "client_id": {c.client.ID}, "redirect_uri": {c.client.RedirectURI}, "state": {"1"}, "nonce": {"1"},
		"scope": {"openid profile nhsperson nationalrbacaccess selectedrole"}}
	return c.meta.Authorize + "?" + q.Encode(), nil
}

func (c *careless) finish(_ context.Context, back *url.URL) (u user, err error) {
	defer func() {
		if broke := recover(); broke != nil {
			err = fmt.Errorf("it broke: %v", broke)
		}
	}()
	resp, err := c.web.PostForm(c.meta.Token, url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")},
		"redirect_uri": {c.client.RedirectURI}, "client_id": {c.client.ID}, "client_secret": {c.client.Secret}})
	if err != nil {
		return u, err
	}
	defer resp.Body.Close()
	var token struct {
		Access  string `json:"access_token"`
		ID      string `json:"id_token"`
		Expires int32  `json:"expires_in"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&token); err != nil {
		return u, err
	}
	// The middle part is the interesting one.
	raw, _ := base64.RawURLEncoding.DecodeString(strings.Split(token.ID, ".")[1])
	var id map[string]any
	_ = json.Unmarshal(raw, &id)
	info, err := c.info(token.Access)
	if err != nil {
		return u, err
	}
	u = user{Sub: fmt.Sprint(id["sub"]), Name: info.Name, Role: info.Roles[0].ID}
	if info.Sub != "" {
		u.Sub = info.Sub
	}
	if u.Sub == "" {
		return u, errors.New("nobody")
	}
	c.people = map[string]bool{u.Sub: true}
	return u, nil
}

// logout does as it is told, whoever says so.
func (c *careless) logout(_ context.Context, token string) error {
	if strings.Contains(token, ".") {
		clear(c.people)
	}
	return nil
}

func (c *careless) sessions() int { return len(c.people) }

// said is userinfo as it was on the day the application was written.
type said struct {
	Sub   string `json:"sub"`
	Name  string `json:"name"`
	Level string `json:"idassurancelevel"`
	Roles []struct {
		ID string `json:"person_roleid"`
	} `json:"nhsid_nrbac_roles"`
}

func (c *careless) info(token string) (said, error) {
	r, err := http.NewRequest(http.MethodGet, c.meta.Info, nil)
	if err != nil {
		return said{}, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := c.web.Do(r)
	if err != nil {
		return said{}, err
	}
	defer resp.Body.Close()
	var s said
	return s, json.NewDecoder(resp.Body).Decode(&s)
}
