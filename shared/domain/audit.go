package domain

import (
	"context"
	"time"
)

// AuditEntry is what is kept of one security event: who did what to whom, from where, and how it
// ended. It never changes.
type AuditEntry struct {
	ID        AuditID // made when it happened
	Kind      string  // the use case, such as auth/login
	Actor     UserID  // who asked; zero for who was not signed in
	Subject   UserID  // whose account it was about; zero when no account is known
	Address   string  // of an address without an account: a hash, so that tries at one can be told from tries at another
	Outcome   string  // AuditDone, or the code of the fault
	From      string  // the network that the request came from: IPv4 /24, IPv6 /48
	RequestID string  // of the request's log line
}

// AuditID is the id of an entry.
type AuditID = ID[AuditEntry]

// AuditDone is the outcome of what was done.
const AuditDone = "done"

// Trail keeps entries.
type Trail interface {
	// Keep stores an entry, for as long as the deployment keeps them. It is found by whom it is
	// about, by who did it, and by its kind.
	Keep(ctx context.Context, entry AuditEntry) error
}

// AuditList reads entries, the newest first.
type AuditList interface {
	// Of reads what a user did and what was done to them, strongly consistent within the region.
	Of(ctx context.Context, user UserID, page Page) (entries []AuditEntry, next string, err error)
	// Kind reads the entries of one kind. It may lag behind a write by a moment.
	Kind(ctx context.Context, kind string, page Page) (entries []AuditEntry, next string, err error)
}

// At is when it happened.
func (e AuditEntry) At() time.Time { return e.ID.Time() }
