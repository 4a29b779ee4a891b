package dynamo_test

import (
	"crypto/rand"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

func sessions(stand *localtest.Stand, now time.Time) dynamo.Sessions {
	return dynamo.Sessions{Table: table(stand, "EPHEMERAL_TABLE", 3), Now: func() time.Time { return now }, Identity: stand.Variable("IDENTITY_TABLE")}
}

func newSession(t *testing.T, user domain.UserID, at time.Time) domain.Session {
	t.Helper()
	id, err := domain.NewID[domain.Session](at, rand.Reader)
	must(t, err)
	return domain.Session{ID: id, UserID: user, Seed: []byte("0123456789abcdef0123456789abcdef"), Device: "Firefox", Region: localtest.Region,
		PasswordAt: password, CreatedAt: at, LastUsedAt: at, ExpiresAt: at.Add(domain.SessionTTL)}
}

// password is when the password of the sessions was set: later than that of every user who is made
// here.
var password = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// caller comes with an access token of the session.
func caller(s domain.Session) domain.Caller {
	return domain.Caller{UserID: s.UserID, SessionID: s.ID, PasswordAt: s.PasswordAt}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	user := stand.NewUser(t).ID

	t.Run("a session is found as it was stored, newest first", func(t *testing.T) {
		in, owner := sessions(stand, noon), newID[domain.User](t)
		first, second := newSession(t, owner, noon.Add(-time.Minute)), newSession(t, owner, noon)
		second.Generation, second.Rotations = 2, []time.Time{noon, noon.Add(-time.Second)}
		must(t, errors.Join(in.Open(t.Context(), first), in.Open(t.Context(), second)))
		got, err := in.List(t.Context(), owner)
		must(t, err)
		if want := []domain.Session{second, first}; !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
	})
	t.Run("an ended session is refused and gone, another stands", func(t *testing.T) {
		in := sessions(stand, noon)
		ended, other := newSession(t, user, noon), newSession(t, user, noon)
		must(t, errors.Join(in.Open(t.Context(), ended), in.Open(t.Context(), other), in.End(t.Context(), user, ended.ID)))
		is(t, in.Standing(t.Context(), caller(ended)), domain.ErrSessionEnded)
		must(t, in.Standing(t.Context(), caller(other)))
		is(t, in.Refresh(t.Context(), user, ended.ID, nil), domain.ErrSessionEnded)
		got, err := in.List(t.Context(), user)
		must(t, err)
		if len(got) != 1 || got[0].ID != other.ID {
			t.Errorf("listed %+v, want the other alone", got)
		}
	})
	t.Run("D16: one write ends all sessions until now and none after", func(t *testing.T) {
		in, owner := sessions(stand, noon), newID[domain.User](t)
		var old []domain.Session
		for range 30 {
			old = append(old, newSession(t, owner, noon))
			must(t, in.Open(t.Context(), old[len(old)-1]))
		}
		must(t, in.EndAll(t.Context(), owner, noon))
		for _, s := range old {
			is(t, in.Standing(t.Context(), caller(s)), domain.ErrSessionEnded)
		}
		later := newSession(t, owner, noon.Add(time.Millisecond))
		must(t, errors.Join(in.Open(t.Context(), later), in.Standing(t.Context(), caller(later))))
		if got, err := in.List(t.Context(), owner); err != nil || len(got) != 1 {
			t.Errorf("listed %+v, %v; want the later one", got, err)
		}
	})
	t.Run("a refresh that another region makes after the end does not bring the session back", func(t *testing.T) {
		in := sessions(stand, noon)
		s := newSession(t, user, noon)
		must(t, errors.Join(in.Open(t.Context(), s), in.End(t.Context(), user, s.ID), in.Open(t.Context(), s))) // replicated late
		is(t, in.Standing(t.Context(), caller(s)), domain.ErrSessionEnded)
	})
	t.Run("a new password ends what an older one opened, before and after, and nothing else", func(t *testing.T) {
		in, owner := sessions(stand, noon), newID[domain.User](t)
		old, late, next := newSession(t, owner, noon.Add(-time.Hour)), newSession(t, owner, noon.Add(time.Hour)), newSession(t, owner, noon)
		set := password.Add(time.Millisecond)
		next.PasswordAt = set
		must(t, errors.Join(in.Open(t.Context(), old), in.EndOfPassword(t.Context(), owner, set), in.Open(t.Context(), late), in.Open(t.Context(), next)))
		is(t, in.Standing(t.Context(), caller(old)), domain.ErrSessionEnded)
		is(t, in.Standing(t.Context(), caller(late)), domain.ErrSessionEnded)
		must(t, errors.Join(in.EndOfPassword(t.Context(), owner, password), in.Standing(t.Context(), caller(next)))) // an older change that comes late
		if got, err := in.List(t.Context(), owner); err != nil || len(got) != 1 || got[0].ID != next.ID {
			t.Errorf("listed %+v, %v; want the session of the new password", got, err)
		}
		must(t, in.EndAll(t.Context(), owner, noon))
		is(t, in.Standing(t.Context(), caller(next)), domain.ErrSessionEnded)
		is(t, in.Standing(t.Context(), caller(late)), domain.ErrSessionEnded)
	})
	t.Run("a session of an older password is not refreshed", func(t *testing.T) {
		in, user := sessions(stand, noon), stand.NewUser(t).ID
		s := newSession(t, user, noon)
		s.PasswordAt = time.Now().Add(-time.Hour)
		must(t, in.Open(t.Context(), s))
		is(t, in.Refresh(t.Context(), user, s.ID, nil), domain.ErrSessionEnded)
	})
	t.Run("50 refreshes at once change the session once", func(t *testing.T) {
		in, user := sessions(stand, noon), stand.NewUser(t).ID
		s := newSession(t, user, noon)
		must(t, in.Open(t.Context(), s))
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				err := in.Refresh(t.Context(), user, s.ID, func(_ *domain.User, s *domain.Session) (bool, error) {
					next, changed, err := s.Refresh(0, noon, noon.Add(time.Hour))
					if next != 1 {
						t.Errorf("successor %d, want 1", next)
					}
					return changed, err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got, err := in.List(t.Context(), user)
		must(t, err)
		if got[0].ID != s.ID || got[0].Generation != 1 || len(got[0].Rotations) != 1 {
			t.Errorf("got %+v, want generation 1", got[0])
		}
	})
	t.Run("of nobody, of another and of a user who is gone there is none", func(t *testing.T) {
		in := sessions(stand, noon)
		s := newSession(t, user, noon)
		must(t, in.Open(t.Context(), s))
		orphan := newSession(t, newID[domain.User](t), noon)
		must(t, in.Open(t.Context(), orphan))
		is(t, in.Refresh(t.Context(), user, newID[domain.Session](t), nil), domain.ErrSessionEnded)
		is(t, in.Refresh(t.Context(), newID[domain.User](t), s.ID, nil), domain.ErrSessionEnded)
		is(t, in.Refresh(t.Context(), orphan.UserID, orphan.ID, nil), domain.ErrSessionEnded)
	})
}
