package auth

import (
	"context"
	"io"
	"log/slog"
	"time"

	"lyceum/shared/domain"
)

// Tokens is what a client gets when it signs in.
type Tokens struct {
	AccessToken  string `json:"accessToken"`
	RefreshToken string `json:"refreshToken"`
	TokenType    string `json:"tokenType"` // Bearer
	ExpiresIn    int    `json:"expiresIn"` // seconds the access token lives
}

// SignIn opens sessions and refreshes their tokens.
type SignIn struct {
	Sessions domain.Sessions
	Signer   *Signer
	Refresh  RefreshKey
	Region   string
	Longest  time.Duration // of a session, domain.LongestSession unless the deployment says less
	Now      func() time.Time
	Random   io.Reader
}

// Open stores a new session for the user on a device and answers its tokens. The session ends with
// the credential, which is the one that the password was compared with.
func (s SignIn) Open(ctx context.Context, user *domain.User, credential domain.Credential, device string) (Tokens, error) {
	now := domain.Millis(s.Now())
	id, err := domain.NewID[domain.Session](now, s.Random)
	if err != nil {
		return Tokens{}, err
	}
	session := domain.Session{ID: id, UserID: user.ID(), Seed: make([]byte, 32), Device: device, Region: s.Region,
		PasswordAt: domain.Millis(credential.ChangedAt), CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(domain.SessionTTL)}
	if end := s.End(user, &session); session.ExpiresAt.After(end) {
		session.ExpiresAt = end
	}
	if _, err := io.ReadFull(s.Random, session.Seed); err != nil {
		return Tokens{}, err
	}
	tokens, err := s.Tokens(user, &session, 0)
	if err != nil {
		return Tokens{}, err
	}
	if err := s.Sessions.Open(ctx, session); err != nil {
		return Tokens{}, err
	}
	return tokens, nil
}

// EndOfPassword ends what older passwords opened once a new one is stored. If it fails, no such
// session can be refreshed all the same, and the access tokens of those that were opened at the
// same time live for AccessTTL; so the change of the password stands, and it is logged.
func EndOfPassword(ctx context.Context, sessions domain.SessionEnder, user domain.UserID, set domain.Credential, log *slog.Logger) {
	if err := sessions.EndOfPassword(ctx, user, set.ChangedAt); err != nil {
		log.ErrorContext(ctx, "sessions of the old password not ended", "userId", user.String(), "cause", err.Error())
	}
}

// End is when the user's session ends however often it is refreshed.
func (s SignIn) End(user *domain.User, session *domain.Session) time.Time {
	return domain.SessionEnd(session.CreatedAt, user.Role(), s.Longest)
}

// Tokens are a session's refresh token of a generation and a fresh access token, which does not
// outlive the session.
func (s SignIn) Tokens(user *domain.User, session *domain.Session, generation int) (Tokens, error) {
	now := s.Now()
	life := min(AccessTTL, s.End(user, session).Sub(now)).Truncate(time.Second)
	access, err := s.Signer.Sign(user, session, now, life, s.Random)
	if err != nil {
		return Tokens{}, err
	}
	return Tokens{access, s.Refresh.Token(session, generation), "Bearer", int(life / time.Second)}, nil
}
