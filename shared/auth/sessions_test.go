package auth_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

// openFunc is a store of sessions.
type openFunc func(domain.Session) error

func (f openFunc) Open(_ context.Context, s domain.Session) error { return f(s) }

func signIn(t *testing.T, random io.Reader, open openFunc) auth.SignIn {
	t.Helper()
	signer, err := auth.NewSigner(ring(t, eu.both()), issuer)
	if err != nil {
		t.Fatal(err)
	}
	return auth.SignIn{Sessions: open, Signer: signer, Now: at(noon.Add(999 * time.Microsecond)), Random: random}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	user := newUser(t, "ana@example.org", "Ana")
	t.Run("only the hash of the refresh token is stored", func(t *testing.T) {
		t.Parallel()
		var stored domain.Session
		got, err := signIn(t, seeded(4), func(s domain.Session) error { stored = s; return nil }).Open(t.Context(), user)
		if err != nil {
			t.Fatal(err)
		}
		token, err := b64url.DecodeString(got.RefreshToken)
		if err != nil || len(token) != 64 {
			t.Fatalf("refresh token has %d bytes, %v; want 64: user, session, secret", len(token), err)
		}
		if want := sha256.Sum256([]byte(got.RefreshToken)); !bytes.Equal(stored.RefreshHash, want[:]) {
			t.Errorf("stored %x, want the SHA-256 of the token, %x", stored.RefreshHash, want)
		}
		secret := token[32:]
		if bytes.Contains(stored.RefreshHash, secret[:8]) || bytes.Contains(fmt.Appendf(nil, "%v", stored), []byte(got.RefreshToken[43:])) {
			t.Errorf("the session %v holds the secret", stored)
		}
		if !bytes.Equal(token[:16], user.ID().Bytes()) || !bytes.Equal(token[16:32], stored.ID.Bytes()) {
			t.Errorf("the token %x does not lead to user %s and session %s", token, user.ID(), stored.ID)
		}
		if stored.UserID != user.ID() || !stored.CreatedAt.Equal(noon) || !stored.ExpiresAt.Equal(noon.Add(7*24*time.Hour)) {
			t.Errorf("stored %+v, want the user's session for 7 days", stored)
		}
		if got.TokenType != "Bearer" || got.ExpiresIn != 900 {
			t.Errorf("got %s for %d s, want Bearer for 900 s", got.TokenType, got.ExpiresIn)
		}
		caller, err := verifier(t, noon).Verify(got.AccessToken)
		if want := (domain.Caller{UserID: user.ID(), SessionID: stored.ID, Role: domain.Learner}); err != nil || caller != want {
			t.Errorf("the access token speaks for %+v, %v; want %+v", caller, err, want)
		}
	})
	t.Run("two sign-ins share neither session nor secret", func(t *testing.T) {
		t.Parallel()
		in := signIn(t, seeded(5), func(domain.Session) error { return nil })
		a, errA := in.Open(t.Context(), user)
		b, errB := in.Open(t.Context(), user)
		if errA != nil || errB != nil || a.RefreshToken[:43] == b.RefreshToken[:43] || a.RefreshToken[43:] == b.RefreshToken[43:] || a.AccessToken == b.AccessToken {
			t.Errorf("got %+v and %+v, %v, %v", a, b, errA, errB)
		}
	})
	t.Run("a session that was not stored gives no tokens", func(t *testing.T) {
		t.Parallel()
		down := errors.New("table is down")
		if got, err := signIn(t, seeded(6), func(domain.Session) error { return down }).Open(t.Context(), user); !errors.Is(err, down) || got != (auth.Tokens{}) {
			t.Errorf("got %+v, %v; want the store's error alone", got, err)
		}
	})
	t.Run("without enough randomness there is no session", func(t *testing.T) {
		t.Parallel()
		for _, n := range []int{0, 9, 10, 41, 42, 51} { // 10 for its id, 32 for the secret, 10 for the access token's id
			in := signIn(t, bytes.NewReader(make([]byte, n)), func(s domain.Session) error { t.Errorf("with %d bytes %v was stored", n, s); return nil })
			if got, err := in.Open(t.Context(), user); err == nil || got != (auth.Tokens{}) {
				t.Errorf("with %d bytes: %+v, %v; want an error", n, got, err)
			}
		}
	})
}
