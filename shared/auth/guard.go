package auth

import (
	"context"

	"lyceum/shared/domain"
)

// Guard checks an access token and that its session still stands. A session that is ended is refused at once in its region, and in
// another as soon as its end is replicated, at most when the access token expires.
type Guard struct {
	Tokens   *Verifier
	Sessions domain.SessionGate
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
	return caller, nil
}
