package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"lyceum/shared/domain"
)

// LinkKey computes the tokens of links in mails. A token is the user's id and an HMAC-SHA256 of the link's kind, the user's id and that of
// the event that asked for it, in base64url: 256 bits that nobody guesses, and the same however often the event is delivered. Only the
// functions that write mails have the key; those that take tokens compare hashes.
type LinkKey struct{ key []byte }

// NewLinkKey takes the key in base64url; it must have at least 32 bytes.
func NewLinkKey(key string) (LinkKey, error) {
	b, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil || len(b) < 32 {
		return LinkKey{}, fmt.Errorf("link key: must be base64url of at least 32 bytes")
	}
	return LinkKey{b}, nil
}

// tokenEnd ends every token: programs that make links of the text of a mail leave out a hyphen or
// an underscore at the end of one.
const tokenEnd = "0"

// Token is the token that an event asked for.
func (k LinkKey) Token(kind domain.LinkKind, user domain.UserID, event domain.EventID) string {
	h := hmac.New(sha256.New, k.key)
	h.Write(user.Bytes())
	h.Write(event.Bytes())
	h.Write([]byte(kind.String()))
	return b64url.EncodeToString(append(user.Bytes(), h.Sum(nil)...)) + tokenEnd
}

// LinkToken is a token that somebody sent, taken apart and not yet believed.
type LinkToken struct {
	User domain.UserID
	Hash []byte // of the whole token, as domain.Link has it
}

// ParseLinkToken refuses, as domain.ErrLink, what no mail can have had in it.
func ParseLinkToken(token string) (LinkToken, error) {
	b, err := b64url.DecodeString(strings.TrimSuffix(token, tokenEnd))
	if err != nil || len(b) != 16+sha256.Size || b64url.EncodeToString(b)+tokenEnd != token {
		return LinkToken{}, domain.ErrLink
	}
	user, err := domain.IDFromBytes[domain.User](b[:16])
	if err != nil {
		return LinkToken{}, domain.ErrLink
	}
	hash := sha256.Sum256([]byte(token))
	return LinkToken{user, hash[:]}, nil
}

// Links makes the links of mails.
type Links struct {
	Store domain.Links
	Key   LinkKey
	Base  string // origin of the web application, without a slash at the end
	Now   func() time.Time
}

// pages are the paths of the web application that take a token and send it on.
var pages = map[domain.LinkKind]string{
	domain.ResetLink: "/reset-password", domain.VerifyLink: "/verify-email", domain.EmailChangeLink: "/confirm-email-change",
}

// Issue stores the link that an event asked for and answers its URL, the same each time the event comes. domain.ErrLinkReplaced when a
// newer one was asked for meanwhile, domain.ErrLink when the event is so old that the link would not work.
func (l Links) Issue(ctx context.Context, kind domain.LinkKind, user domain.UserID, to domain.Email, event domain.Event) (string, error) {
	token := l.Key.Token(kind, user, event.ID)
	hash := sha256.Sum256([]byte(token))
	link := domain.Link{Kind: kind, UserID: user, Event: event.ID, Email: to, Hash: hash[:], IssuedAt: event.At}
	if l.Now().After(link.ExpiresAt()) {
		return "", domain.ErrLink
	}
	if err := l.Store.Issue(ctx, link); err != nil {
		return "", err
	}
	return l.Base + pages[kind] + "?" + url.Values{"token": {token}}.Encode(), nil
}

// OpenLink reads the account that a token is of, and the link that it opens now. domain.ErrLink when it opens none.
func OpenLink(ctx context.Context, store domain.Links, kind domain.LinkKind, token string, now time.Time) (*domain.User, domain.Credential, domain.Link, error) {
	sent, err := ParseLinkToken(token)
	if err != nil {
		return nil, domain.Credential{}, domain.Link{}, err
	}
	user, credential, link, err := store.Linked(ctx, sent.User, kind)
	if err == nil {
		err = link.Opens(sent.Hash, now)
	}
	if errors.Is(err, domain.ErrNoUser) {
		err = domain.ErrLink
	}
	return user, credential, link, err
}
