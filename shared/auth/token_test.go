package auth_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest/forged"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

var (
	eu      = newKey("eu-1", 1)
	session = domain.RestoreID[domain.Session](sessionID)
)

// good is what the tables of forged are made of.
var good = forged.Good{KeyID: eu.id, Key: eu.private, Issuer: issuer, User: userID, Session: sessionID, At: noon}

func header() object { return good.Header() }
func claims() object { return good.Claims() }

// opened is the session that tokens are of.
var opened = domain.Session{ID: session, PasswordAt: noon}

func sign(t testing.TB, ring *auth.KeyRing, user *domain.User) string {
	t.Helper()
	signer, err := auth.NewSigner(ring, issuer)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signer.Sign(user, &opened, noon, auth.AccessTTL, seeded(2))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func verifier(t testing.TB, now time.Time) *auth.Verifier {
	t.Helper()
	return auth.NewVerifier(ring(t, eu.public()), issuer, at(now))
}

// refuses checks that a token is answered with ErrToken and no caller.
func refuses(t *testing.T, v *auth.Verifier, token string) {
	t.Helper()
	caller, err := v.Verify(token)
	if !errors.Is(err, auth.ErrToken) || caller != (domain.Caller{}) {
		t.Errorf("Verify(%.300q) = %+v, %v; want ErrToken", token, caller, err)
	}
}

func TestSign(t *testing.T) {
	t.Parallel()
	user := newUser(t, "ana@example.org", "Ana")
	t.Run("a signed token speaks for its user, session and role", func(t *testing.T) {
		t.Parallel()
		for _, role := range []domain.Role{domain.Learner, domain.Editor, domain.Admin} {
			s := user.State()
			s.Role = role
			got, err := verifier(t, noon).Verify(sign(t, ring(t, eu.both()), domain.RestoreUser(s)))
			if want := (domain.Caller{UserID: s.ID, SessionID: session, Role: role, PasswordAt: noon}); err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		}
	})
	t.Run("a token holds ids and times, nothing personal", func(t *testing.T) {
		t.Parallel()
		parts := strings.Split(sign(t, ring(t, eu.both()), user), ".")
		var got [2]map[string]any
		for i := range got {
			text, err := b64url.DecodeString(parts[i])
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &got[i]); err != nil {
				t.Fatal(err)
			}
		}
		jti, _ := got[1]["jti"].(string)
		want := []string{
			fmt.Sprint(map[string]any{"alg": "EdDSA", "kid": "eu-1", "typ": "at+jwt"}),
			fmt.Sprint(map[string]any{
				"iss": issuer.Name, "aud": []any{"lyceum"}, "sub": user.ID().String(), "sid": sessionID, "role": "learner", "jti": jti, "pwd": float64(noon.UnixMilli()),
				"iat": float64(noon.Unix()), "nbf": float64(noon.Unix()), "exp": float64(noon.Unix() + 900),
			}),
		}
		for i := range got {
			if fmt.Sprint(got[i]) != want[i] {
				t.Errorf("got %v, want %v", got[i], want[i])
			}
		}
		if len(jti) != 36 {
			t.Errorf("jti = %q, want an id", jti)
		}
	})
	t.Run("without randomness there is no token", func(t *testing.T) {
		t.Parallel()
		signer, err := auth.NewSigner(ring(t, eu.both()), issuer)
		if err != nil {
			t.Fatal(err)
		}
		if token, err := signer.Sign(user, &opened, noon, auth.AccessTTL, strings.NewReader("")); err == nil || token != "" {
			t.Errorf("got %q, %v; want an error", token, err)
		}
	})
}

// D13: signing in with a name or an address outside Latin-1 was a crash.
func TestD13NonLatinUsersGetTokens(t *testing.T) {
	t.Parallel()
	for _, who := range []struct{ email, name string }{{"анна@пример.рф", "Анна"}, {"王伟@例子.中国", "王伟"}, {"josé@exämple.org", "José"}, {"ana@example.org", "محمد علي"}} {
		user := newUser(t, who.email, who.name)
		token := sign(t, ring(t, eu.both()), user)
		if got, err := verifier(t, noon).Verify(token); err != nil || got.UserID != user.ID() {
			t.Errorf("%s: got %+v, %v; want %s", who.email, got, err, user.ID())
		}
		if strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
			t.Errorf("the token of %s is no header value: %q", who.email, token)
		}
	}
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	user, next := newUser(t, "ana@example.org", "Ana"), newKey("eu-2", 2)
	before, during := ring(t, eu.both()), ring(t, next.both(), eu.public())
	t.Run("the first key signs", func(t *testing.T) {
		t.Parallel()
		head, _ := b64url.DecodeString(strings.Split(sign(t, during, user), ".")[0])
		if !strings.Contains(string(head), `"kid":"eu-2"`) {
			t.Errorf("header = %s, want kid eu-2", head)
		}
	})
	t.Run("tokens of the old key are good as long as it stands in the ring", func(t *testing.T) {
		t.Parallel()
		old := sign(t, before, user)
		if _, err := auth.NewVerifier(during, issuer, at(noon)).Verify(old); err != nil {
			t.Errorf("during the change: %v, want no error", err)
		}
		refuses(t, auth.NewVerifier(ring(t, next.public()), issuer, at(noon)), old)
	})
	t.Run("a ring of shared secrets works, and rotates too", func(t *testing.T) {
		t.Parallel()
		shared := ring(t, secretKey("hs", 32))
		token := sign(t, shared, user)
		if _, err := auth.NewVerifier(shared, issuer, at(noon)).Verify(token); err != nil {
			t.Error(err)
		}
		if _, err := auth.NewVerifier(ring(t, eu.both(), secretKey("hs", 32)), issuer, at(noon)).Verify(token); err != nil {
			t.Error(err)
		}
		refuses(t, auth.NewVerifier(ring(t, secretKey("hs", 33)), issuer, at(noon)), token)
	})
}

// The tables below change one thing of a token that is otherwise good; this shows that it is.
func TestTheGoodTokenIsGood(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]object{
		"as made":                claims(),
		"an aud that is one":     claims().With("aud", "lyceum"),
		"more than one aud":      claims().With("aud", []string{"other", "lyceum"}),
		"a claim we do not know": claims().With("scope", "all"),
	} {
		got, err := verifier(t, noon).Verify(eu.token(header().JSON(), c.JSON()))
		if err != nil || got.UserID.String() != userID || got.SessionID.String() != sessionID || got.Role != domain.Learner {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

// D12: nothing looked at the header: neither alg nor typ, kid or crit.
func TestD12ForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	c, public := claims().JSON(), []byte(eu.private.Public().(ed25519.PublicKey))
	for name, token := range good.Tokens() {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			refuses(t, verifier(t, noon), token)
		})
	}
	t.Run("an HS256 key in the same ring does not lend its method to the others, nor they theirs", func(t *testing.T) {
		t.Parallel()
		v := auth.NewVerifier(ring(t, eu.public(), secretKey("hs", 32)), issuer, at(noon))
		refuses(t, v, forged.HS256(public, header().With("alg", "HS256").JSON(), c))
		refuses(t, v, forged.HS256(secret(32), header().With("alg", "HS256").JSON(), c))
		refuses(t, v, eu.token(header().With("kid", "hs").JSON(), c))
		if _, err := v.Verify(forged.HS256(secret(32), header().With("alg", "HS256").With("kid", "hs").JSON(), c)); err != nil {
			t.Errorf("the secret's own token: %v, want no error", err)
		}
	})
}

// D11: a token without exp, or with one that is no number, was good for ever.
func TestD11ClaimsAreRequiredAndJudged(t *testing.T) {
	t.Parallel()
	for name, token := range good.BadClaims() {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			refuses(t, verifier(t, noon), token)
		})
	}
	t.Run("a role nobody knows, or none, is a learner", func(t *testing.T) {
		t.Parallel()
		for _, c := range []object{claims().With("role", "root"), claims().Without("role")} {
			if got, err := verifier(t, noon).Verify(eu.token(header().JSON(), c.JSON())); err != nil || got.Role != domain.Learner {
				t.Errorf("got %v, %v; want a learner", got.Role, err)
			}
		}
	})
	t.Run("a token is good from 5 seconds before its time, for clocks that differ, to its end and no moment longer", func(t *testing.T) {
		t.Parallel()
		token, end := eu.token(header().JSON(), claims().JSON()), noon.Add(auth.AccessTTL)
		for when, want := range map[time.Time]bool{
			noon.Add(-5*time.Second - 1): false, noon.Add(-5 * time.Second): true, noon: true, end.Add(-1): true, end: false,
			end.Add(time.Second): false, end.Add(time.Hour): false, {}: false,
		} {
			if _, err := verifier(t, when).Verify(token); (err == nil) != want {
				t.Errorf("at %v: %v, want good: %v", when, err, want)
			}
		}
	})
}

func TestRegionsDoNotTrustEachOther(t *testing.T) {
	t.Parallel()
	us := newKey("us-1", 3)
	t.Run("a token of one region is not valid in another that has neither its key nor its issuer", func(t *testing.T) {
		t.Parallel()
		token := us.token(header().With("kid", "us-1").JSON(), claims().With("iss", "https://lyceum.example/us").JSON())
		refuses(t, verifier(t, noon), token)
	})
	t.Run("nor with its key alone", func(t *testing.T) {
		t.Parallel()
		both := auth.NewVerifier(ring(t, eu.public(), us.public()), issuer, at(noon))
		refuses(t, both, us.token(header().With("kid", "us-1").JSON(), claims().With("iss", "https://lyceum.example/us").JSON()))
	})
	t.Run("regions that share issuer and keys take each other's tokens", func(t *testing.T) {
		t.Parallel()
		both := auth.NewVerifier(ring(t, eu.public(), us.public()), issuer, at(noon))
		if _, err := both.Verify(us.token(header().With("kid", "us-1").JSON(), claims().JSON())); err != nil {
			t.Error(err)
		}
	})
}

// Whatever is wrong with a token, it is ErrToken; and only the signer's own bytes are good.
func FuzzVerify(f *testing.F) {
	good := good.Token()
	f.Add(good)
	f.Add(eu.token(header().JSON(), `{}`))
	f.Add("..")
	f.Add(eu.token(`{"alg":"EdDSA","typ":"at+jwt","kid":"eu-1","crit":[]}`, `null`))
	v := verifier(f, noon)
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := v.Verify(token); !errors.Is(err, auth.ErrToken) && token != good {
			t.Errorf("Verify(%q): %v, want ErrToken", token, err)
		}
	})
}

// The same for what a holder of the key could be made to sign.
func FuzzVerifySigned(f *testing.F) {
	f.Add(header().JSON(), claims().JSON())
	f.Add(header().JSON(), strings.Replace(claims().JSON(), "{", `{"EXP":1e300,`, 1))
	v := verifier(f, noon)
	f.Fuzz(func(t *testing.T, header, claims string) {
		caller, err := v.Verify(eu.token(header, claims))
		if err != nil {
			if !errors.Is(err, auth.ErrToken) || caller != (domain.Caller{}) {
				t.Errorf("%s %s: %+v, %v; want ErrToken", header, claims, caller, err)
			}
			return
		}
		var got struct{ Exp, Iat, Nbf float64 }
		if err := json.Unmarshal([]byte(claims), &got); err != nil || got.Exp-got.Iat >= 901 || got.Exp <= float64(noon.Unix()) || got.Nbf > float64(noon.Unix())+6 {
			t.Errorf("%s %s is good: %+v, %v", header, claims, got, err)
		}
	})
}
