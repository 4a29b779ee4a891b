package domain_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"lyceum/shared/domain"
)

func TestSessionRefresh(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	end := start.Add(domain.LongestSession)
	open := func() *domain.Session { return &domain.Session{ExpiresAt: start.Add(domain.SessionTTL)} }

	t.Run("U01: a used token gets the same successor for ten seconds", func(t *testing.T) {
		t.Parallel()
		s := open()
		if next, changed, err := s.Refresh(0, start, end); next != 1 || !changed || err != nil {
			t.Fatalf("got %d, %v, %v", next, changed, err)
		}
		for _, later := range []time.Duration{0, time.Second, domain.RefreshGrace} {
			if next, changed, err := s.Refresh(0, start.Add(later), end); next != 1 || changed || err != nil {
				t.Errorf("%v later: got %d, %v, %v; want the same successor", later, next, changed, err)
			}
		}
	})
	t.Run("a lost answer is given again for a day, while nobody has used the successor", func(t *testing.T) {
		t.Parallel()
		s := open()
		if _, _, err := s.Refresh(0, start, end); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			after   time.Duration
			changed bool
		}{{12 * time.Second, true}, {time.Hour, false}, {domain.LostAnswer, false}} {
			if next, changed, err := s.Refresh(0, start.Add(c.after), end); next != 1 || changed != c.changed || err != nil {
				t.Errorf("%v later: got %d, %v, %v; want the same successor", c.after, next, changed, err)
			}
		}
		if _, _, err := s.Refresh(0, start.Add(domain.LostAnswer+time.Millisecond), end); !errors.Is(err, domain.ErrTokenReused) {
			t.Errorf("a day later: got %v, want ErrTokenReused", err)
		}
	})
	t.Run("once the successor is used the token that came before it is stolen", func(t *testing.T) {
		t.Parallel()
		s := open()
		for generation := range 2 {
			if _, _, err := s.Refresh(generation, start, end); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := s.Refresh(0, start.Add(domain.RefreshGrace+time.Millisecond), end); !errors.Is(err, domain.ErrTokenReused) {
			t.Errorf("got %v, want ErrTokenReused", err)
		}
	})
	t.Run("two who hold one token are found out at the second one that is repeated in a day", func(t *testing.T) {
		t.Parallel()
		s, now := open(), start
		for generation, want := range []error{nil, domain.ErrTokenReused} {
			if _, _, err := s.Refresh(generation, now, end); err != nil {
				t.Fatal(err)
			}
			now = now.Add(5 * time.Minute)
			if _, _, err := s.Refresh(generation, now, end); !errors.Is(err, want) {
				t.Errorf("token %d: got %v, want %v", generation, err, want)
			}
			now = now.Add(10 * time.Minute)
		}
	})
	t.Run("each refresh gives the session seven more days, and it ends without one", func(t *testing.T) {
		t.Parallel()
		s := open()
		later := start.Add(domain.SessionTTL - time.Second)
		if _, _, err := s.Refresh(0, later, end); err != nil || !s.ExpiresAt.Equal(later.Add(domain.SessionTTL)) || !s.LastUsedAt.Equal(later) {
			t.Errorf("got %v, expires %v, used %v", err, s.ExpiresAt, s.LastUsedAt)
		}
		if _, _, err := open().Refresh(0, start.Add(domain.SessionTTL), end); !errors.Is(err, domain.ErrSessionEnded) {
			t.Errorf("at its end: got %v, want ErrSessionEnded", err)
		}
	})
	t.Run("a token that another region made a moment ago is good", func(t *testing.T) {
		t.Parallel()
		s := open()
		if next, changed, err := s.Refresh(3, start, end); next != 4 || !changed || err != nil {
			t.Errorf("got %d, %v, %v", next, changed, err)
		}
	})
	t.Run("however tokens come, a session only goes forward and a token has one successor", func(t *testing.T) {
		t.Parallel()
		random := rand.New(rand.NewPCG(1, 2))
		for range 2000 {
			s, now := open(), start
			for range 20 {
				now = now.Add(time.Duration(random.IntN(9000)) * time.Millisecond)
				before, asked := s.Generation, random.IntN(s.Generation+1)
				next, changed, err := s.Refresh(asked, now, end)
				switch {
				case s.Generation < before:
					t.Fatalf("generation fell from %d to %d", before, s.Generation)
				case err == nil && next != asked+1:
					t.Fatalf("the successor of %d is %d", asked, next)
				case !changed && s.Generation != before, changed && s.Generation == before && s.RepeatedAt != now:
					t.Fatalf("changed = %v from %d to %d", changed, before, s.Generation)
				case asked == before && err != nil:
					t.Fatalf("the token that is good was refused: %v", err)
				}
			}
		}
	})
}
