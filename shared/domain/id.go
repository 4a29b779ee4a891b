package domain

import (
	"encoding/hex"
	"io"
	"strings"
	"time"

	"lyceum/shared/domain/fault"
)

// ID is a UUID of version 7 (RFC 9562) in its canonical lower-case form. The type parameter keeps ids of different things apart.
type ID[Of any] struct{ s string }

// The ids of the platform.
type (
	UserID    = ID[User]
	LessonID  = ID[Lesson]
	UploadID  = ID[Upload]
	SessionID = ID[Session]
	EventID   = ID[Event]
)

// ErrNoSuchID is returned for text that is not an id: no thing can have it, so it reads as not found.
var ErrNoSuchID = fault.New(fault.NotFound, "not_found", "There is no such resource.")

// NewID makes an id: 48 bits of milliseconds, then 74 random bits. It fails only if random does.
func NewID[Of any](now time.Time, random io.Reader) (ID[Of], error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[6:]); err != nil {
		return ID[Of]{}, err
	}
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return ID[Of]{format(b)}, nil
}

// ParseID accepts exactly what NewID makes: 36 characters, lower case, version 7, variant 10.
func ParseID[Of any](s string) (ID[Of], error) {
	if len(s) != 36 {
		return ID[Of]{}, ErrNoSuchID
	}
	var b [16]byte
	if _, err := hex.Decode(b[:], []byte(s[0:8]+s[9:13]+s[14:18]+s[19:23]+s[24:36])); err != nil {
		return ID[Of]{}, ErrNoSuchID
	}
	if format(b) != s || b[6]>>4 != 7 || b[8]>>6 != 2 {
		return ID[Of]{}, ErrNoSuchID
	}
	return ID[Of]{s}, nil
}

// IDFromBytes makes an id of the 16 bytes that Bytes gave.
func IDFromBytes[Of any](b []byte) (ID[Of], error) {
	if len(b) != 16 {
		return ID[Of]{}, ErrNoSuchID
	}
	return ParseID[Of](format([16]byte(b)))
}

// RestoreID is for stores and tokens we made ourselves.
func RestoreID[Of any](s string) ID[Of] { return ID[Of]{s} }

func format(b [16]byte) string {
	h := hex.EncodeToString(b[:])
	return h[0:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}

// String is the canonical form; "" for the zero ID.
func (id ID[Of]) String() string { return id.s }

// IsZero tells whether the id was never set.
func (id ID[Of]) IsZero() bool { return id.s == "" }

// Bytes are the 16 bytes of the UUID; none for the zero ID.
func (id ID[Of]) Bytes() []byte {
	b, _ := hex.DecodeString(strings.ReplaceAll(id.s, "-", ""))
	return b
}

// Time is when the id was made, in milliseconds; the zero time for the zero ID.
func (id ID[Of]) Time() time.Time {
	if id.s == "" {
		return time.Time{}
	}
	ms := uint64(0)
	for _, b := range id.Bytes()[:6] {
		ms = ms<<8 | uint64(b)
	}
	return time.UnixMilli(int64(ms)).UTC()
}

// MarshalText makes ids strings in JSON.
func (id ID[Of]) MarshalText() ([]byte, error) { return []byte(id.s), nil }

// UnmarshalText parses strictly, so an id bound from a request is valid.
func (id *ID[Of]) UnmarshalText(text []byte) error {
	parsed, err := ParseID[Of](string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}
