package auth

import (
	"context"

	"lyceum/shared/domain"
)

// Guard checks an access token and that its session still stands. A session that is ended is refused at once in its region, and in
// another as soon as its end is replicated, at most when the access token expires.
//
// With Roles a caller who comes as editor or admin has that role only as long as it is on record,
// so one that was taken ends at once: where the record is read strongly, else within the
// replication's lag. A role that was given is in the next token.
type Guard struct {
	Tokens   *Verifier
	Sessions domain.SessionGate
	Roles    domain.Roles // nil for routes that need no role
}

// Verify tells who a token speaks for: ErrToken, domain.ErrSessionEnded, or fault.Unavailable when the sessions cannot be asked.
func (g Guard) Verify(ctx context.Context, token string) (domain.Caller, error) {
	caller, err := g.Tokens.Verify(token)
	if err != nil {
		return domain.Caller{}, err
	}
	if err := g.Sessions.Standing(ctx, caller); err != nil {
		return domain.Caller{}, err
	}
	if g.Roles == nil || caller.Role == domain.Learner {
		return caller, nil
	}
	role, err := g.Roles.Role(ctx, caller.UserID)
	if err != nil {
		return domain.Caller{}, err
	}
	if caller.Role.Above(role) {
		caller.Role = role
	}
	return caller, nil
}
