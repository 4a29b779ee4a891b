package domain

import (
	"crypto/subtle"
	"time"

	"lyceum/shared/domain/fault"
)

// LinkKind is what a link in a mail is for.
type LinkKind struct {
	name string
	ttl  time.Duration
}

// The kinds, and how long their links work after they were asked for.
var (
	ResetLink       = LinkKind{"reset", 30 * time.Minute}
	VerifyLink      = LinkKind{"verify", 24 * time.Hour}
	EmailChangeLink = LinkKind{"email-change", 24 * time.Hour}
)

// String is the kind's name, part of keys and tokens.
func (k LinkKind) String() string { return k.name }

// Faults of links.
var (
	ErrLink = fault.New(fault.Invalid, "auth.link_invalid",
		"This link does not work: it is used, too old, or replaced by a newer one. Ask for a new one.")
	// ErrLinkReplaced is returned when a link is to be stored and one that was asked for later is there.
	ErrLinkReplaced = fault.New(fault.Conflict, "auth.link_replaced", "A newer link was asked for.")
)

// Link is what lets somebody who reads an address's mail act for a user once. The token in the mail is not stored, its hash is. Of each
// kind a user has one: the one that was asked for last.
type Link struct {
	Kind     LinkKind
	UserID   UserID
	Event    EventID // that asked for it
	Email    Email   // that it was sent to
	Hash     []byte  // SHA-256 of the token
	IssuedAt time.Time
}

// ExpiresAt is the last moment at which the link works.
func (l Link) ExpiresAt() time.Time { return l.IssuedAt.Add(l.Kind.ttl) }

// Opens is ErrLink unless the hash is of this link's token and its time is not over.
func (l Link) Opens(hash []byte, now time.Time) error {
	if len(l.Hash) == 0 || subtle.ConstantTimeCompare(l.Hash, hash) != 1 || Millis(now).After(l.ExpiresAt()) {
		return ErrLink
	}
	return nil
}

// OutlivedBy is ErrLink if the password was changed since the link was asked for. So a reset link works once, and whoever changes their
// password stops every change of their address that was begun before.
func (l Link) OutlivedBy(c Credential) error {
	if !c.ChangedAt.Before(l.IssuedAt) {
		return ErrLink
	}
	return nil
}
