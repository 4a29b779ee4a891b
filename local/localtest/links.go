package localtest

import (
	"crypto/rand"
	"net/url"
	"testing"
	"time"

	"lyceum/shared/domain"
)

// Link issues a link of a user to an address as the consumer does for an event of a time, and gives its token.
func (s *Stand) Link(t testing.TB, kind domain.LinkKind, user domain.UserID, to string, asked time.Time) (token string) {
	t.Helper()
	event, err := domain.NewEvent("test", asked, rand.Reader, map[string]string{"userId": user.String()})
	must(t, err)
	env := s.Env(t, "auth/send-account-mail")
	env.Now = func() time.Time { return asked }
	link, err := env.Links().Issue(t.Context(), kind, user, domain.RestoreEmail(to), event)
	must(t, err)
	return TokenOf(t, link)
}

// TokenOf is the token in a link.
func TokenOf(t testing.TB, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	must(t, err)
	if u.Query().Get("token") == "" {
		t.Fatalf("there is no token in %s", link)
	}
	return u.Query().Get("token")
}
