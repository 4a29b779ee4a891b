package auth_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

// openFunc is a store of sessions.
type openFunc func(domain.Session) error

func (f openFunc) Open(_ context.Context, s domain.Session) error { return f(s) }

var credential = domain.Credential{ChangedAt: noon.Add(-time.Hour)}

func signIn(t *testing.T, random io.Reader, open openFunc) auth.SignIn {
	t.Helper()
	signer, err := auth.NewSigner(ring(t, eu.both()), issuer)
	if err != nil {
		t.Fatal(err)
	}
	return auth.SignIn{Sessions: open, Signer: signer, Refresh: refreshKey(t), Region: "eu-west-1", Longest: domain.LongestSession, Now: at(noon.Add(999 * time.Microsecond)), Random: random}
}

func refreshKey(t *testing.T) auth.RefreshKey {
	t.Helper()
	key, err := auth.NewRefreshKey(b64url.EncodeToString(secret(32)))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	user := newUser(t, "ana@example.org", "Ana")
	t.Run("nothing that is stored is or makes the refresh token", func(t *testing.T) {
		t.Parallel()
		var stored domain.Session
		got, err := signIn(t, seeded(4), func(s domain.Session) error { stored = s; return nil }).Open(t.Context(), user, credential, "Firefox")
		if err != nil {
			t.Fatal(err)
		}
		token, err := auth.ParseRefreshToken(got.RefreshToken)
		if err != nil || token.User != user.ID() || token.Session != stored.ID || token.Generation != 0 {
			t.Fatalf("the token %+v, %v does not lead to generation 0 of user %s and session %s", token, err, user.ID(), stored.ID)
		}
		other, err := auth.NewRefreshKey(b64url.EncodeToString(make([]byte, 32)))
		if err != nil {
			t.Fatal(err)
		}
		if !refreshKey(t).Made(token, &stored) || other.Made(token, &stored) {
			t.Error("the token is not the key's and the session's, or another key's too")
		}
		if strings.Contains(fmt.Sprintf("%v %x", stored, stored.Seed), got.RefreshToken[48:]) {
			t.Errorf("the session %v holds the secret", stored)
		}
		if stored.Device != "Firefox" || stored.Region != "eu-west-1" || !stored.LastUsedAt.Equal(noon) {
			t.Errorf("stored %+v", stored)
		}
		if stored.UserID != user.ID() || !stored.CreatedAt.Equal(noon) || !stored.ExpiresAt.Equal(noon.Add(7*24*time.Hour)) {
			t.Errorf("stored %+v, want the user's session for 7 days", stored)
		}
		if got.TokenType != "Bearer" || got.ExpiresIn != 900 {
			t.Errorf("got %s for %d s, want Bearer for 900 s", got.TokenType, got.ExpiresIn)
		}
		caller, err := verifier(t, noon).Verify(got.AccessToken)
		if want := (domain.Caller{UserID: user.ID(), SessionID: stored.ID, Role: domain.Learner, PasswordAt: credential.ChangedAt}); err != nil || caller != want {
			t.Errorf("the access token speaks for %+v, %v; want %+v", caller, err, want)
		}
	})
	t.Run("sessions end for good, of editors and admins sooner, and with them the access token", func(t *testing.T) {
		t.Parallel()
		for _, c := range []struct {
			role    domain.Role
			longest time.Duration
			want    time.Duration
		}{
			{domain.Learner, domain.LongestSession, 90 * 24 * time.Hour}, {domain.Learner, 24 * time.Hour, 24 * time.Hour},
			{domain.Editor, domain.LongestSession, 14 * 24 * time.Hour}, {domain.Admin, 24 * time.Hour, 24 * time.Hour},
		} {
			state := user.State()
			state.Role = c.role
			in := signIn(t, seeded(8), func(domain.Session) error { return nil })
			in.Longest = c.longest
			as, session := domain.RestoreUser(state), domain.Session{CreatedAt: noon, ExpiresAt: noon.Add(domain.SessionTTL)}
			if got := in.End(as, &session).Sub(noon); got != c.want {
				t.Errorf("%s, longest %v: ends after %v, want %v", c.role, c.longest, got, c.want)
			}
			in.Now = at(noon.Add(c.want - time.Minute))
			session.ExpiresAt = in.Now().Add(domain.SessionTTL)
			if _, _, err := session.Refresh(0, in.Now(), in.End(as, &session)); err != nil || !session.ExpiresAt.Equal(noon.Add(c.want)) {
				t.Errorf("a minute before: %v, expires %v", err, session.ExpiresAt)
			}
			if got, err := in.Tokens(as, &session, 1); err != nil || got.ExpiresIn != 60 {
				t.Errorf("the access token lives for %d s, %v; want 60 s", got.ExpiresIn, err)
			}
			session.ExpiresAt = noon.Add(c.want + domain.SessionTTL)
			if _, _, err := session.Refresh(1, noon.Add(c.want), in.End(as, &session)); !errors.Is(err, domain.ErrSessionEnded) {
				t.Errorf("at the end: %v, want ErrSessionEnded", err)
			}
		}
	})
	t.Run("two sign-ins share neither session nor secret", func(t *testing.T) {
		t.Parallel()
		in := signIn(t, seeded(5), func(domain.Session) error { return nil })
		a, errA := in.Open(t.Context(), user, credential, "")
		b, errB := in.Open(t.Context(), user, credential, "")
		if errA != nil || errB != nil || a.RefreshToken[:48] == b.RefreshToken[:48] || a.RefreshToken[48:] == b.RefreshToken[48:] || a.AccessToken == b.AccessToken {
			t.Errorf("got %+v and %+v, %v, %v", a, b, errA, errB)
		}
	})
	t.Run("a session that was not stored gives no tokens", func(t *testing.T) {
		t.Parallel()
		down := errors.New("table is down")
		if got, err := signIn(t, seeded(6), func(domain.Session) error { return down }).Open(t.Context(), user, credential, ""); !errors.Is(err, down) || got != (auth.Tokens{}) {
			t.Errorf("got %+v, %v; want the store's error alone", got, err)
		}
	})
	t.Run("without enough randomness there is no session", func(t *testing.T) {
		t.Parallel()
		for _, n := range []int{0, 9, 10, 41, 42, 51} { // 10 for its id, 32 for the secret, 10 for the access token's id
			in := signIn(t, bytes.NewReader(make([]byte, n)), func(s domain.Session) error { t.Errorf("with %d bytes %v was stored", n, s); return nil })
			if got, err := in.Open(t.Context(), user, credential, ""); err == nil || got != (auth.Tokens{}) {
				t.Errorf("with %d bytes: %+v, %v; want an error", n, got, err)
			}
		}
	})
}

func TestRefreshTokens(t *testing.T) {
	t.Parallel()
	user := newUser(t, "ana@example.org", "Ana")
	var stored domain.Session
	got, err := signIn(t, seeded(7), func(s domain.Session) error { stored = s; return nil }).Open(t.Context(), user, credential, "")
	if err != nil {
		t.Fatal(err)
	}
	key := refreshKey(t)
	t.Run("the same generation is the same token, another is another", func(t *testing.T) {
		t.Parallel()
		if key.Token(&stored, 0) != got.RefreshToken || key.Token(&stored, 1) == got.RefreshToken {
			t.Error("the token does not stand for its generation")
		}
	})
	t.Run("a token changed anywhere is not the session's", func(t *testing.T) {
		t.Parallel()
		raw, err := b64url.DecodeString(got.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		for i := range raw {
			changed := bytes.Clone(raw)
			changed[i] ^= 1
			if token, err := auth.ParseRefreshToken(b64url.EncodeToString(changed)); err == nil && key.Made(token, &stored) {
				t.Errorf("with byte %d changed it still is", i)
			}
		}
	})
	for _, text := range []string{"", "x", got.RefreshToken + "A", got.RefreshToken[1:], got.RefreshToken + "=", got.AccessToken, got.RefreshToken[:40] + "\n" + got.RefreshToken[40:]} {
		if _, err := auth.ParseRefreshToken(text); !errors.Is(err, domain.ErrSessionEnded) {
			t.Errorf("%q: got %v, want ErrSessionEnded", text, err)
		}
	}
	for _, short := range []string{"", "x", b64url.EncodeToString(secret(31)), "*"} {
		if _, err := auth.NewRefreshKey(short); err == nil {
			t.Errorf("the key %q was taken", short)
		}
	}
}
