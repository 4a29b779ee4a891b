package localtest

import (
	"crypto/rand"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// Password is every test user's.
const Password = "correct horse battery"

var count atomic.Int64

// User is a person with an account.
type User struct {
	ID    domain.UserID
	Email string
	Token string // an access token of the present
}

// NewUser makes an account as register does, and signs its owner in. The hash is a cheap one.
func (s *Stand) NewUser(t testing.TB) User {
	t.Helper()
	email, err := domain.ParseEmail(fmt.Sprintf("learner%d@example.org", count.Add(1)))
	must(t, err)
	name, err := domain.ParseUsername("Test Learner")
	must(t, err)
	password, err := auth.ParsePassword(Password)
	must(t, err)
	hash, err := auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1}.Hash(password, rand.Reader)
	must(t, err)
	user, created, err := domain.NewUser(email, name, time.Now(), rand.Reader)
	must(t, err)
	accounts := dynamo.Accounts{Table: s.Table("IDENTITY_TABLE"), Now: time.Now}
	must(t, accounts.Register(t.Context(), user, domain.Credential{Hash: hash, ChangedAt: time.Now()}, created))
	return User{ID: user.ID(), Email: email.String(), Token: s.Token(t, user, time.Now())}
}

// Token makes an access token as of a time.
func (s *Stand) Token(t testing.TB, user *domain.User, at time.Time) string {
	t.Helper()
	env := s.Env(t, "auth/login")
	session, err := domain.NewID[domain.Session](at, rand.Reader)
	must(t, err)
	token, err := env.SignIn().Signer.Sign(user, session, at, rand.Reader)
	must(t, err)
	return token
}

// NewLesson publishes a lesson of a track without a body.
func (s *Stand) NewLesson(t testing.TB, track string, order int) *domain.Lesson {
	t.Helper()
	name, err := domain.ParseTrack(track)
	must(t, err)
	lesson, err := domain.NewLesson(domain.LessonDraft{
		Title: fmt.Sprintf("Lesson %d of %s", order, track), Summary: "About it.", Track: name, Difficulty: 1, Order: order,
	}, time.Now(), rand.Reader)
	must(t, err)
	must(t, dynamo.Lessons{Table: s.Table("LEARNING_TABLE"), Region: Region}.Create(t.Context(), lesson))
	return lesson
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
