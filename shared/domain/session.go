package domain

import (
	"time"

	"lyceum/shared/domain/fault"
)

// Times of sessions.
const (
	SessionTTL   = 7 * 24 * time.Hour // that a session lives without being refreshed
	RefreshGrace = 10 * time.Second   // in which a refresh token that was just used is answered with its successor again
	// LostAnswer is how long a used refresh token is answered with its successor again if nobody
	// has used that one: the client never got the answer, or got a 503 although the change was
	// stored. A session may do so for one token in that time. So of two who hold the same token, a
	// thief and the owner, one soon presents a token whose successor the other has used, or the
	// second one of the day, and the session ends.
	LostAnswer = 24 * time.Hour
	// LongestSession is how long a session lives from its opening on, however often it is
	// refreshed, unless the deployment says less; LongestStaffSession is the bound for editors and
	// admins.
	LongestSession      = 90 * 24 * time.Hour
	LongestStaffSession = 14 * 24 * time.Hour
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
	PasswordAt time.Time   // Credential.ChangedAt of the password that opened it: it ends with that password
	RepeatedAt time.Time   // when a used token was last answered again after RefreshGrace; zero for never
	CreatedAt  time.Time
	LastUsedAt time.Time
	ExpiresAt  time.Time
}

// SessionEnd is when a session that was opened at a time ends for good. Staff sessions are the
// shorter ones, from the role of now on.
func SessionEnd(opened time.Time, role Role, longest time.Duration) time.Time {
	if role != Learner {
		longest = min(longest, LongestStaffSession)
	}
	return opened.Add(longest)
}

// OutlivedBy is ErrSessionEnded if the password was changed since the one that opened the session.
// It compares what was read with the password, not clocks: a sign-in that read the old password
// ends too, whenever its session was opened.
func (s *Session) OutlivedBy(c Credential) error {
	if s.PasswordAt.Before(c.ChangedAt) {
		return ErrSessionEnded
	}
	return nil
}

// Refresh judges a good refresh token by its generation. It returns the generation of its successor, and whether the session has changed.
//
// A token of a later generation than this region knows was made in another one a moment ago, and is
// good. One that was used before gets the same successor again within RefreshGrace, because tabs
// and devices that lost an answer ask twice, and within LostAnswer if nobody has used that one;
// else it is ErrTokenReused. end is SessionEnd.
func (s *Session) Refresh(generation int, now, end time.Time) (successor int, changed bool, err error) {
	now = Millis(now)
	if !now.Before(s.ExpiresAt) || !now.Before(end) {
		return 0, false, ErrSessionEnded
	}
	if ago := s.Generation - 1 - generation; ago >= 0 {
		switch {
		case ago >= len(s.Rotations):
			return 0, false, ErrTokenReused
		case now.Sub(s.Rotations[ago]) <= RefreshGrace:
			return generation + 1, false, nil
		case ago > 0 || now.Sub(s.Rotations[0]) > LostAnswer:
			return 0, false, ErrTokenReused
		case s.RepeatedAt.After(s.Rotations[0]): // this one was repeated before
			return generation + 1, false, nil
		case !s.RepeatedAt.IsZero() && now.Sub(s.RepeatedAt) <= LostAnswer:
			return 0, false, ErrTokenReused
		}
		s.RepeatedAt = now
		return generation + 1, true, nil
	}
	s.Generation = generation + 1
	s.Rotations = append([]time.Time{now}, s.Rotations[:min(len(s.Rotations), maxRotations-1)]...)
	s.LastUsedAt, s.ExpiresAt = now, now.Add(SessionTTL)
	if s.ExpiresAt.After(end) {
		s.ExpiresAt = end
	}
	return s.Generation, true, nil
}
