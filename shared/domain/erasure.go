package domain

import "time"

// ErasureKept is how long the receipt of an erasure can be read, by the session that asked for it, and the mark that ends all sessions of
// the user stays: longer than any session and any event.
const ErasureKept = SessionTTL + 24*time.Hour

// Erasure is the removal of all that is kept of a user.
type Erasure struct {
	UserID  UserID
	Session SessionID // that asked for it, with the password
	BeganAt time.Time
	EndedAt time.Time // zero while it is under way
	Erased  []Erased  // as it stood when the erasure began; what came later is erased too, and is not counted
}

// Erased counts things of one kind in one store.
type Erased struct {
	Store string `json:"store"`
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

// Remain is something that an erasure leaves for a while.
type Remain struct {
	What  string
	Until time.Time
}

// Remains are what the erasure leaves, at the longest.
func (e Erasure) Remains() []Remain {
	day := 24 * time.Hour
	return []Remain{
		{"what is sent by forms and links to parts that were given out before: it is removed when it arrives, or by the bucket's rule", e.BeganAt.Add(2*day + time.Hour)},
		{"copies in other regions, until the erasure is replicated there; usually a second", e.BeganAt.Add(15 * time.Minute)},
		{"counts of requests, under a hash of the address or the id", e.BeganAt.Add(day + time.Minute)},
		{"events that name the user's id and nothing personal", e.BeganAt.Add(7 * day)},
		{"this receipt, and the mark that no session of the user is good", e.BeganAt.Add(ErasureKept)},
		{"log lines that name the user's id and nothing personal", e.BeganAt.Add(30 * day)},
		{"backups of the tables, read only to restore all of them; an erasure is done again after that", e.BeganAt.Add(35 * day)},
	}
}
