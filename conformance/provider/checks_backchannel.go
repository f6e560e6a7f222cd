package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// backchannelChecks are about how applications are told that a session ended.
func backchannelChecks() []suite.Check {
	const spec = "OpenID Connect Back-Channel Logout 1.0 "
	telling := append([]target.Feature{target.Backchannel, target.Logout}, signedIn...)
	return []suite.Check{
		{ID: "provider.backchannel", Title: "Signing out tells the application by a posted form with a logout token", Source: spec + "§2.5; oidcc backchannel-rp-initiated-logout", Requires: telling, Proof: "provider.logout-token-never-sent", Because: "not told", Run: logoutNotice(nil)},
		{ID: "provider.backchannel-time-up", Title: "A session that is not used for a quarter of an hour ends, and the application is told", Source: spec + "§2.5; NHS CIS2 sessions", Requires: append([]target.Feature{target.Clock}, telling...), Proof: "provider.logout-token-never-sent", Because: "not told", Run: backchannelTimeUp},
		{ID: "provider.backchannel-once", Title: "An application is told once, whatever it answers", Source: spec + "§2.5, §2.8", Requires: telling, Proof: "provider.logout-token-twice", Because: "told again", Run: backchannelOnce},
		{ID: "provider.backchannel-signature", Title: "A logout token is signed by a published key", Source: spec + "§2.6 item 2", Requires: telling, Proof: "provider.logout-token-wrong-key", Because: "signature", Run: backchannelSignature},
		{ID: "provider.backchannel-algorithm", Title: "A logout token is signed by the algorithm of ID tokens", Source: spec + "§2.4, §2.6 item 3", Requires: telling, Proof: "provider.logout-token-alg-none", Because: "none", Run: backchannelAlgorithm},
		{ID: "provider.backchannel-issuer", Title: "A logout token names the exact issuer", Source: spec + "§2.4, §2.6 item 4", Requires: telling, Proof: "provider.logout-token-wrong-iss", Because: "iss", Run: logoutNotice(noticeIssuer)},
		{ID: "provider.backchannel-audience", Title: "A logout token is for the client", Source: spec + "§2.4, §2.6 item 4", Requires: telling, Proof: "provider.logout-token-wrong-aud", Because: "aud", Run: logoutNotice(noticeAudience)},
		{ID: "provider.backchannel-times", Title: "A logout token is of now, and ends within minutes", Source: spec + "§2.4", Requires: telling, Proof: "provider.logout-token-expired", Because: "iat", Run: logoutNotice(noticeTimes)},
		{ID: "provider.backchannel-event", Title: "A logout token has the event of back-channel logout, as an object", Source: spec + "§2.4, §2.6 item 6", Requires: telling, Proof: "provider.logout-token-other-event", Because: "events", Run: logoutNotice(noticeEvent)},
		{ID: "provider.backchannel-no-nonce", Title: "A logout token has no nonce", Source: spec + "§2.4, §2.6 item 7", Requires: telling, Proof: "provider.logout-token-with-nonce", Because: "nonce", Run: logoutNotice(noticeNonce)},
		{ID: "provider.backchannel-session", Title: "A logout token names the person and the session of the ID token", Source: spec + "§2.4, §2.6 item 5", Requires: telling, Proof: "provider.logout-token-about-another", Because: "sub", Run: logoutNotice(noticeSession)},
		{ID: "provider.backchannel-jti", Title: "A logout token has a jti", Source: spec + "§2.4", Requires: telling, Proof: "provider.logout-token-without-jti", Because: "jti", Run: logoutNotice(noticeID)},
		{ID: "provider.backchannel-jti-new", Title: "Each logout token has a jti of its own", Source: spec + "§2.4, §2.6 item 8", Requires: telling, Proof: "provider.logout-token-jti-reused", Because: "used before", Run: backchannelNewID},
	}
}

// logoutNotice signs in and out and judges the claims of the logout token.
func logoutNotice(judge func(t *target.Target, s *relyingparty.Session, claims map[string]any) error) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		return listening(ctx, t, http.StatusOK, func(m *mailbox) error {
			s, n, err := m.out(ctx)
			if err != nil {
				return err
			}
			if n.Method != http.MethodPost || !strings.HasPrefix(n.Type, "application/x-www-form-urlencoded") {
				return fmt.Errorf("the application is told by %s with %q", n.Method, n.Type)
			}
			claims, err := payload(n.Token)
			if err != nil {
				return fmt.Errorf("logout_token %.40q is no JWT: %w", n.Token, err)
			}
			if judge == nil {
				return nil
			}
			return judge(t, s, claims)
		})
	}
}

func noticeIssuer(t *target.Target, _ *relyingparty.Session, c map[string]any) error {
	if c["iss"] != t.Issuer {
		return fmt.Errorf("iss is %v, the issuer is %s", c["iss"], t.Issuer)
	}
	return nil
}

func noticeAudience(t *target.Target, _ *relyingparty.Session, c map[string]any) error {
	client, err := t.Client(0)
	if err != nil {
		return err
	}
	if list, ok := c["aud"].([]any); c["aud"] != client.ID && (!ok || len(list) != 1 || list[0] != client.ID) {
		return fmt.Errorf("aud is %v, the client is %s", c["aud"], client.ID)
	}
	return nil
}

func noticeTimes(t *target.Target, _ *relyingparty.Session, c map[string]any) error {
	iat, _ := c["iat"].(float64)
	exp, _ := c["exp"].(float64)
	now := time.Now()
	if at := time.Unix(int64(iat), 0); at.After(now.Add(tolerance)) || at.Before(now.Add(-tolerance)) {
		return fmt.Errorf("iat is %s, now is %s", at, now)
	}
	if end := time.Unix(int64(exp), 0); end.Before(now) || end.After(now.Add(10*time.Minute)) {
		return fmt.Errorf("exp is %s, now is %s", end, now)
	}
	return nil
}

func noticeEvent(_ *target.Target, _ *relyingparty.Session, c map[string]any) error {
	events, _ := c["events"].(map[string]any)
	if _, ok := events["http://schemas.openid.net/event/backchannel-logout"].(map[string]any); !ok {
		raw, _ := json.Marshal(c["events"]) // it came from JSON
		return fmt.Errorf("events is %s", raw)
	}
	return nil
}

func noticeNonce(_ *target.Target, _ *relyingparty.Session, c map[string]any) error {
	if c["nonce"] != nil {
		return fmt.Errorf("there is a nonce, so that it could pass for an ID token: %q", c["nonce"])
	}
	return nil
}

func noticeSession(_ *target.Target, s *relyingparty.Session, c map[string]any) error {
	for _, name := range []string{"sub", "sid"} {
		if c[name] == nil || c[name] != s.Claims[name] {
			return fmt.Errorf("%s is %v, the ID token's is %v", name, c[name], s.Claims[name])
		}
	}
	return nil
}

func noticeID(_ *target.Target, _ *relyingparty.Session, c map[string]any) error {
	if id, _ := c["jti"].(string); id == "" {
		return fmt.Errorf("jti is %v", c["jti"])
	}
	return nil
}

func backchannelSignature(ctx context.Context, t *target.Target) error {
	return listening(ctx, t, http.StatusOK, func(m *mailbox) error {
		_, n, err := m.out(ctx)
		if err != nil {
			return err
		}
		app, err := relyingparty.New(ctx, t, 0)
		if err != nil {
			return err
		}
		return app.Verify(ctx, n.Token)
	})
}

func backchannelAlgorithm(ctx context.Context, t *target.Target) error {
	return listening(ctx, t, http.StatusOK, func(m *mailbox) error {
		s, n, err := m.out(ctx)
		if err != nil {
			return err
		}
		is, err := part(n.Token, 0)
		if err != nil {
			return err
		}
		want, err := part(s.RawID, 0)
		if err == nil && is["alg"] != want["alg"] {
			err = fmt.Errorf("alg is %v, the ID token's is %v", is["alg"], want["alg"])
		}
		return err
	})
}

// twoNotices are those of two sessions, one after the other.
func twoNotices(ctx context.Context, t *target.Target, status int, judge func(first, second map[string]any) error) error {
	return listening(ctx, t, status, func(m *mailbox) error {
		var c [2]map[string]any
		for i := range c {
			_, n, err := m.out(ctx)
			if err != nil {
				return err
			}
			if c[i], err = payload(n.Token); err != nil {
				return err
			}
		}
		return judge(c[0], c[1])
	})
}

func backchannelOnce(ctx context.Context, t *target.Target) error {
	for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
		err := twoNotices(ctx, t, status, func(first, second map[string]any) error {
			if first["sid"] == second["sid"] {
				return fmt.Errorf("an application that answers %d is told again of the same session", status)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func backchannelNewID(ctx context.Context, t *target.Target) error {
	return twoNotices(ctx, t, http.StatusOK, func(first, second map[string]any) error {
		if first["jti"] == second["jti"] {
			return fmt.Errorf("the jti %q was used before", first["jti"])
		}
		return nil
	})
}

func backchannelTimeUp(ctx context.Context, t *target.Target) error {
	return listening(ctx, t, http.StatusOK, func(m *mailbox) error {
		j, err := arrive(ctx, t, journey.Options{})
		if err != nil {
			return err
		}
		s, err := j.Flow.Finish(ctx, j.Page.URL)
		if err != nil {
			return err
		}
		return later(ctx, t, 16*time.Minute, func() error { return m.hears(ctx, s.Claims["sid"]) })
	})
}
