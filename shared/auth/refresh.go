package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"lyceum/shared/domain"
)

// RefreshKey computes refresh tokens. A token is the user's id, the session's id, its generation and an HMAC-SHA256 of them and the
// session's seed, in base64url: opaque to clients, enough to find the session in one read, and the same however often or wherever it is
// computed, so regions that rotate one token at once make one successor.
type RefreshKey struct{ key []byte }

// NewRefreshKey takes the key in base64url; it must have at least 32 bytes.
func NewRefreshKey(key string) (RefreshKey, error) {
	b, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil || len(b) < 32 {
		return RefreshKey{}, fmt.Errorf("refresh key: must be base64url of at least 32 bytes")
	}
	return RefreshKey{b}, nil
}

// Device is the token by which a device that signed in to an account is known there again (OWASP,
// "device cookies"): 16 random bytes, when the password was set that it knew, and an HMAC-SHA256 of
// them and the account. It proves no password and opens nothing.
func (k RefreshKey) Device(account string, credential domain.Credential, random io.Reader) (string, error) {
	head := make([]byte, deviceBytes, headBytes)
	if _, err := io.ReadFull(random, head); err != nil {
		return "", err
	}
	head = binary.BigEndian.AppendUint64(head, uint64(credential.ChangedAt.UnixMilli()))
	return b64url.EncodeToString(append(head, k.deviceMAC(account, head)...)), nil
}

// IsDevice reports whether Device made the token for the account, and for a password that was set
// at which time: of an older one than the account's the device is not known any more.
func (k RefreshKey) IsDevice(token, account string) (passwordAt time.Time, ok bool) {
	b, err := b64url.DecodeString(token)
	if err != nil || len(b) != deviceBytes+8+sha256.Size || b64url.EncodeToString(b) != token {
		return time.Time{}, false
	}
	head, mac := b[:deviceBytes+8], b[deviceBytes+8:]
	if !hmac.Equal(mac, k.deviceMAC(account, head)) {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(head[deviceBytes:]))).UTC(), true
}

// deviceMAC begins with a word, so that it can be no refresh token's, which begins with an id.
func (k RefreshKey) deviceMAC(account string, head []byte) []byte {
	h := hmac.New(sha256.New, k.key)
	io.WriteString(h, "device\n"+account+"\n")
	h.Write(head)
	return h.Sum(nil)
}

const deviceBytes = 16

const headBytes = 16 + 16 + 4

// Token is a session's refresh token of a generation.
func (k RefreshKey) Token(s *domain.Session, generation int) string {
	head := binary.BigEndian.AppendUint32(append(s.UserID.Bytes(), s.ID.Bytes()...), uint32(generation))
	return b64url.EncodeToString(append(head, k.mac(head, s.Seed)...))
}

func (k RefreshKey) mac(head, seed []byte) []byte {
	h := hmac.New(sha256.New, k.key)
	h.Write(head)
	h.Write(seed)
	return h.Sum(nil)
}

// RefreshToken is a token that a client sent, taken apart and not yet believed.
type RefreshToken struct {
	User       domain.UserID
	Session    domain.SessionID
	Generation int
	head, mac  []byte
}

// ParseRefreshToken refuses, as domain.ErrSessionEnded, what no session can have given out.
func ParseRefreshToken(token string) (RefreshToken, error) {
	b, err := b64url.DecodeString(token)
	if err != nil || len(b) != headBytes+sha256.Size || b64url.EncodeToString(b) != token {
		return RefreshToken{}, domain.ErrSessionEnded
	}
	user, userErr := domain.IDFromBytes[domain.User](b[:16])
	session, sessionErr := domain.IDFromBytes[domain.Session](b[16:32])
	if userErr != nil || sessionErr != nil {
		return RefreshToken{}, domain.ErrSessionEnded
	}
	return RefreshToken{user, session, int(binary.BigEndian.Uint32(b[32:])), b[:headBytes], b[headBytes:]}, nil
}

// Made tells whether the key and the session made the token.
func (k RefreshKey) Made(t RefreshToken, s *domain.Session) bool {
	return hmac.Equal(t.mac, k.mac(t.head, s.Seed))
}
