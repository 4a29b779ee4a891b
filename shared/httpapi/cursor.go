package httpapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// Limits of a page.
const (
	DefaultLimit = 20
	MaxLimit     = 100
)

// Cursors signs positions in lists, so that clients can neither read nor make them, and a cursor works for its own list alone.
type Cursors struct{ key []byte }

// ErrCursor is returned for a cursor that this list did not hand out.
var ErrCursor = fault.New(fault.Invalid, "request.cursor_invalid", "is not a cursor of this list")

// NewCursors takes the key in base64url; it must have at least 32 bytes.
func NewCursors(key string) (*Cursors, error) {
	b, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil || len(b) < 32 {
		return nil, fmt.Errorf("cursor key: must be base64url of at least 32 bytes")
	}
	return &Cursors{b}, nil
}

// Seal makes the cursor of a position in the list that scope names: use case, filter and whose list it is. "" stays "".
func (c *Cursors) Seal(scope, position string) string {
	if position == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(c.mac(scope, position), position...))
}

// Open gives the position back. "" is the start.
func (c *Cursors) Open(scope, cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) <= sha256.Size {
		return "", ErrCursor
	}
	position := string(b[sha256.Size:])
	if !hmac.Equal([]byte(cursor), []byte(c.Seal(scope, position))) { // as text: the decoder skips line breaks and loose bits
		return "", ErrCursor
	}
	return position, nil
}

// Page checks limit (nil = not given) and cursor of a request.
func (c *Cursors) Page(scope string, limit *int, cursor string) (domain.Page, error) {
	var bad fault.Details
	size := DefaultLimit
	if limit != nil {
		size = *limit
	}
	if size < 1 || size > MaxLimit {
		bad.Add("limit", errLimit)
	}
	after, err := c.Open(scope, cursor)
	bad.Add("cursor", err)
	return domain.Page{Limit: size, After: after}, bad.Err()
}

var errLimit = fault.New(fault.Invalid, "request.limit_invalid", "must be 1 to 100")

func (c *Cursors) mac(scope, position string) []byte {
	h := hmac.New(sha256.New, c.key)
	fmt.Fprintf(h, "%d:%s%s", len(scope), scope, position)
	return h.Sum(nil)
}
