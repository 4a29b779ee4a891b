package auth

import (
	"context"
	"io"
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
	Now      func() time.Time
	Random   io.Reader
}

// Open stores a new session for the user on a device and answers its tokens.
func (s SignIn) Open(ctx context.Context, user *domain.User, device string) (Tokens, error) {
	now := domain.Millis(s.Now())
	id, err := domain.NewID[domain.Session](now, s.Random)
	if err != nil {
		return Tokens{}, err
	}
	session := domain.Session{ID: id, UserID: user.ID(), Seed: make([]byte, 32), Device: device, Region: s.Region,
		CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(domain.SessionTTL)}
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

// Tokens are a session's refresh token of a generation and a fresh access token.
func (s SignIn) Tokens(user *domain.User, session *domain.Session, generation int) (Tokens, error) {
	access, err := s.Signer.Sign(user, session.ID, s.Now(), s.Random)
	if err != nil {
		return Tokens{}, err
	}
	return Tokens{access, s.Refresh.Token(session, generation), "Bearer", int(AccessTTL / time.Second)}, nil
}
