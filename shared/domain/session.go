package domain

import "time"

// Session is one sign-in of one user. Its refresh token is known to the client alone; we keep the token's SHA-256.
type Session struct {
	ID          SessionID
	UserID      UserID
	RefreshHash []byte // SHA-256, 32 bytes
	CreatedAt   time.Time
	ExpiresAt   time.Time
}
