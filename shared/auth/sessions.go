package auth

import (
	"context"
	"crypto/sha256"
	"io"
	"time"

	"lyceum/shared/domain"
)

// SessionTTL is how long a refresh token lives.
const SessionTTL = 7 * 24 * time.Hour

// Tokens is what a client gets when it signs in.
type Tokens struct {
	AccessToken  string `json:"accessToken"`
	RefreshToken string `json:"refreshToken"`
	TokenType    string `json:"tokenType"` // Bearer
	ExpiresIn    int    `json:"expiresIn"` // seconds the access token lives
}

// SignIn opens sessions.
type SignIn struct {
	Sessions domain.Sessions
	Signer   *Signer
	Now      func() time.Time
	Random   io.Reader
}

// Open stores a new session for the user and answers its tokens. The refresh token is the user's id, the session's id and a secret of
// 256 bits in base64url: opaque to clients, but enough to find the session in one read. Only its SHA-256 is stored.
func (s SignIn) Open(ctx context.Context, user *domain.User) (Tokens, error) {
	now := domain.Millis(s.Now())
	id, err := domain.NewID[domain.Session](now, s.Random)
	if err != nil {
		return Tokens{}, err
	}
	secret := make([]byte, 32)
	if _, err := io.ReadFull(s.Random, secret); err != nil {
		return Tokens{}, err
	}
	refresh := b64url.EncodeToString(append(append(user.ID().Bytes(), id.Bytes()...), secret...))
	access, err := s.Signer.Sign(user, id, now, s.Random)
	if err != nil {
		return Tokens{}, err
	}
	hash := sha256.Sum256([]byte(refresh))
	session := domain.Session{ID: id, UserID: user.ID(), RefreshHash: hash[:], CreatedAt: now, ExpiresAt: now.Add(SessionTTL)}
	if err := s.Sessions.Open(ctx, session); err != nil {
		return Tokens{}, err
	}
	return Tokens{access, refresh, "Bearer", int(AccessTTL / time.Second)}, nil
}
