package localtest

import (
	"crypto/rand"
	"testing"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// NewUserAs is NewUser with a verified address and a role, in the account and in the token.
func (s *Stand) NewUserAs(t testing.TB, role domain.Role) User {
	t.Helper()
	user := s.NewUser(t)
	user.Token = s.Token(t, s.SetRole(t, user.ID, role), time.Now())
	return user
}

// SetRole gives a user a role as the use case does; tokens made before keep the one they have.
func (s *Stand) SetRole(t testing.TB, id domain.UserID, role domain.Role) *domain.User {
	t.Helper()
	accounts := dynamo.Accounts{Table: s.Table("IDENTITY_TABLE"), Now: time.Now}
	must(t, accounts.SetAdmin(t.Context(), id, role == domain.Admin, domain.UserID{}))
	user, err := accounts.Update(t.Context(), id, func(user *domain.User) (*domain.Event, error) {
		verified, err := user.VerifyEmail(user.State().Email, time.Now(), rand.Reader)
		if err != nil {
			return nil, err
		}
		if given, err := user.SetRole(role, time.Now(), rand.Reader); given != nil || err != nil {
			return given, err
		}
		return verified, nil
	})
	must(t, err)
	return user
}
