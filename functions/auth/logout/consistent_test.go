package main

import (
	"errors"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

// D17: sessions lay in a store that lagged: 401 right after signing in, and use after signing out.
func TestD17SignInAndSignOutAreFeltAtOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	tokens := stand.SignIn(t, stand.NewUser(t), "phone", time.Now())
	stand.Intercept(localtest.Lagging) // a replica that has nothing answers every read that does not ask for consistency
	guard := stand.Env(t, name).Verifier()
	if _, err := guard.Verify(t.Context(), tokens.AccessToken); err != nil {
		t.Errorf("right after signing in: %v", err)
	}
	api.Post(path, tokens.AccessToken, "")
	if _, err := guard.Verify(t.Context(), tokens.AccessToken); !errors.Is(err, domain.ErrSessionEnded) {
		t.Errorf("right after signing out: %v, want ErrSessionEnded", err)
	}
}
