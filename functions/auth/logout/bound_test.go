package main

import (
	"errors"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// The bound of revocation: where the end of a session has not arrived, its access token is good until it expires, 15 minutes after it was
// made, and not a moment longer; where it has, not at all.
func TestARevokedAccessTokenLives15MinutesAtMost(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	begin := time.Now().Truncate(time.Second)
	tokens := stand.SignIn(t, stand.NewUser(t), "phone", begin)
	stand.Serve(t, name, handler).Post(path, tokens.AccessToken, "")
	for late, good := range map[time.Duration]bool{0: true, auth.AccessTTL - time.Second: true, auth.AccessTTL: false, auth.AccessTTL + time.Second: false} {
		env := stand.Env(t, name)
		env.Now = func() time.Time { return begin.Add(late) }
		cutOff := dynamo.Sessions{Table: stand.Table("LEARNING_TABLE"), Now: env.Now} // which no end of a session ever reaches
		if _, err := (auth.Guard{Tokens: env.Tokens(), Sessions: cutOff}).Verify(t.Context(), tokens.AccessToken); (err == nil) != good {
			t.Errorf("%v after, in a region that is cut off: %v, want good: %v", late, err, good)
		}
		if _, err := env.Verifier().Verify(t.Context(), tokens.AccessToken); late < auth.AccessTTL && !errors.Is(err, domain.ErrSessionEnded) {
			t.Errorf("%v after, in its region: %v, want ErrSessionEnded", late, err)
		}
	}
}
