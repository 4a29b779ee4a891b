package domain

import (
	"time"

	"lyceum/shared/domain/fault"
)

// Times of sessions.
const (
	SessionTTL   = 7 * 24 * time.Hour // that a session lives without being refreshed
	RefreshGrace = 10 * time.Second   // in which a refresh token that was just used is answered with its successor again
)

// maxRotations is how many of a session's last rotations are remembered for the grace.
const maxRotations = 4

// Faults of sessions.
var (
	ErrSessionEnded = fault.New(fault.Unauthenticated, "auth.session_ended", "The session has ended. Sign in again.")
	ErrNoSession    = fault.New(fault.NotFound, "auth.session_not_found", "There is no such session.")
	// ErrTokenReused is told to clients as ErrSessionEnded: a used refresh token came again, so two parties hold the session.
	ErrTokenReused = fault.New(fault.Unauthenticated, "auth.session_ended", "The session has ended. Sign in again.")
)

// Session is one sign-in of one user: a family of refresh tokens, each the successor of the one before. No token is stored: a token is
// computed from the session's seed, its generation and a key that only functions have, so neither the table nor the key alone makes one.
type Session struct {
	ID         SessionID
	UserID     UserID
	Seed       []byte      // 32 random bytes
	Generation int         // of the token that is good now, from 0
	Rotations  []time.Time // when that token and those before it were made, newest first, without the first of all
	Device     string      // the client's User-Agent, cut
	Region     string      // where the user signed in
	CreatedAt  time.Time
	LastUsedAt time.Time
	ExpiresAt  time.Time
}

// Refresh judges a good refresh token by its generation. It returns the generation of its successor, and whether the session has changed.
//
// A token of a later generation than this region knows was made in another one a moment ago, and is good. One that was used before gets
// the same successor again within RefreshGrace, because tabs and devices that lost an answer ask twice; later it is ErrTokenReused.
func (s *Session) Refresh(generation int, now time.Time) (successor int, changed bool, err error) {
	now = Millis(now)
	if !now.Before(s.ExpiresAt) {
		return 0, false, ErrSessionEnded
	}
	if ago := s.Generation - 1 - generation; ago >= 0 {
		if ago >= len(s.Rotations) || now.Sub(s.Rotations[ago]) > RefreshGrace {
			return 0, false, ErrTokenReused
		}
		return generation + 1, false, nil
	}
	s.Generation = generation + 1
	s.Rotations = append([]time.Time{now}, s.Rotations[:min(len(s.Rotations), maxRotations-1)]...)
	s.LastUsedAt, s.ExpiresAt = now, now.Add(SessionTTL)
	return s.Generation, true, nil
}
