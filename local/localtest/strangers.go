package localtest

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest/forged"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

// RefusesStrangers sends a good request without a token, and with each of forged's: 401 with a challenge (RFC 6750 section 3), DynamoDB is
// not asked, and nothing of the token is logged.
func (a *API) RefusesStrangers(t *testing.T, stand *Stand, good Request) {
	t.Helper()
	token := stand.good(t)
	tokens := token.Tokens()
	maps.Copy(tokens, token.BadClaims())
	calls := len(stand.allCalls())
	const missing, bad = "auth.token_missing", "auth.token_invalid"
	refuse := func(name, authorization, code string) {
		t.Run(name+" is refused with 401", func(t *testing.T) {
			r := good
			r.Token, r.Header = "", http.Header{}
			maps.Copy(r.Header, good.Header)
			if authorization != "" {
				r.Header.Set("Authorization", authorization)
			}
			answer := a.Do(r)
			if len(authorization) > 10<<10 { // more than the gateway takes
				if answer.Status != http.StatusRequestHeaderFieldsTooLarge {
					t.Errorf("got %d, want 431", answer.Status)
				}
				return
			}
			answer.Fails(t, http.StatusUnauthorized, code)
			challenge := answer.Header.Get("WWW-Authenticate")
			if !strings.HasPrefix(challenge, `Bearer realm="lyceum"`) || strings.Contains(challenge, `error="invalid_token"`) != (code == bad) {
				t.Errorf("WWW-Authenticate: %s", challenge)
			}
		})
	}
	refuse("no token", "", missing)
	refuse("another scheme", "Basic dXNlcjpwYXNz", missing)
	for name, token := range tokens {
		if !strings.ContainsAny(token, "\r\n") && !strings.HasPrefix(token, " ") { // else no header holds it
			refuse(name, "Bearer "+token, bad)
		}
	}
	if n := len(stand.allCalls()) - calls; n != 0 {
		t.Errorf("DynamoDB was asked %d times for strangers", n)
	}
	stand.logs.keepsSecret(t, tokens)
	good.Token = ""
	a.TellsLimits(t, stand, good)
}

// good is a token by the stand's own key that is good now, of a user who has an account.
func (s *Stand) good(t testing.TB) forged.Good {
	t.Helper()
	env := s.Env(t, "auth/login")
	var ring struct {
		Keys []struct {
			ID   string `json:"kid"`
			Seed string `json:"d"`
		}
	}
	must(t, json.Unmarshal([]byte(env.Var("SIGNING_KEYS")), &ring))
	seed, err := base64.RawURLEncoding.DecodeString(ring.Keys[0].Seed)
	must(t, err)
	session, err := domain.NewID[domain.Session](time.Now(), env.Random)
	must(t, err)
	good := forged.Good{
		KeyID: ring.Keys[0].ID, Key: ed25519.NewKeyFromSeed(seed), User: s.NewUser(t).ID.String(), Session: session.String(), At: time.Now(),
		Issuer: auth.Issuer{Name: env.Var("TOKEN_ISSUER"), Audience: env.Var("TOKEN_AUDIENCE")},
	}
	if _, err := s.Env(t, "users/get-me").Tokens().Verify(good.Token()); err != nil {
		t.Fatalf("the token that the others are made of: %v", err)
	}
	return good
}

// logs are the lines of a stand's functions.
type logs struct {
	mu    sync.Mutex
	lines strings.Builder
}

func (l *logs) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.Write(line)
}

// keepsSecret checks that requests were logged, and no part of a token.
func (l *logs) keepsSecret(t *testing.T, tokens map[string]string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines.String()
	if !strings.Contains(lines, `"status":401`) {
		t.Error("no request that was refused is logged")
	}
	for name, token := range tokens {
		for part := range strings.SplitSeq(token, ".") {
			if len(part) > 16 && strings.Contains(lines, part) {
				t.Errorf("%s: the log has %.40s", name, part)
			}
		}
	}
}
