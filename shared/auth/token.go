package auth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// AccessTTL is how long an access token lives.
const AccessTTL = 15 * time.Minute

// leeway forgives clocks that differ between machines to a token that was just made. Its end is not moved.
const leeway = 5 * time.Second

// tokenType is the header typ of access tokens (RFC 9068): no other kind of JWT is taken for one.
const tokenType = "at+jwt"

// ErrToken is returned for every access token that is not good, whatever is wrong with it; the cause is for the logs.
var ErrToken = fault.New(fault.Unauthenticated, "auth.token_invalid", "The access token is not valid or has expired.")

// Issuer names who signs tokens and for whom.
type Issuer struct {
	Name     string // claim iss
	Audience string // claim aud
}

type claims struct {
	jwt.RegisteredClaims
	SessionID  string `json:"sid"`
	Role       string `json:"role"`
	PasswordAt int64  `json:"pwd"` // Unix milliseconds of the session's PasswordAt
}

// Signer makes access tokens with the ring's first key.
type Signer struct {
	Issuer Issuer
	key    ringKey
}

// NewSigner fails when the ring's first key has no private part.
func NewSigner(ring *KeyRing, issuer Issuer) (*Signer, error) {
	if ring.keys[0].sign == nil {
		return nil, fmt.Errorf("key ring: the first key has no private part, so nothing can be signed")
	}
	return &Signer{issuer, ring.keys[0]}, nil
}

// Sign makes an access token for a user's session that lives for AccessTTL at most. It holds ids,
// the role and when the password was set, nothing personal.
func (s *Signer) Sign(user *domain.User, session *domain.Session, now time.Time, life time.Duration, random io.Reader) (string, error) {
	id, err := domain.NewID[jwt.Token](now, random)
	if err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(jwt.GetSigningMethod(s.key.alg), claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.Issuer.Name, Audience: jwt.ClaimStrings{s.Issuer.Audience}, Subject: user.ID().String(), ID: id.String(),
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(life)),
		},
		SessionID: session.ID.String(), Role: user.Role().String(), PasswordAt: session.PasswordAt.UnixMilli(),
	})
	token.Header["kid"], token.Header["typ"] = s.key.id, tokenType
	return token.SignedString(s.key.sign)
}

// Verifier checks access tokens after RFC 8725.
type Verifier struct {
	ring   *KeyRing
	parser *jwt.Parser
	now    func() time.Time
}

// NewVerifier checks against every key of the ring. now is the clock.
func NewVerifier(ring *KeyRing, issuer Issuer, now func() time.Time) *Verifier {
	return &Verifier{ring, jwt.NewParser(
		jwt.WithValidMethods([]string{"EdDSA", "HS256"}), jwt.WithStrictDecoding(),
		jwt.WithIssuer(issuer.Name), jwt.WithAudience(issuer.Audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(leeway), jwt.WithTimeFunc(now),
	), now}
}

// Verify tells who a token speaks for. Every failure is ErrToken.
func (v *Verifier) Verify(token string) (domain.Caller, error) {
	if strings.ContainsAny(token, "\r\n") { // the base64 decoder skips them
		return domain.Caller{}, ErrToken.Because(fmt.Errorf("line break in token"))
	}
	var c claims
	if _, err := v.parser.ParseWithClaims(token, &c, v.key); err != nil {
		return domain.Caller{}, ErrToken.Because(err)
	}
	for _, part := range strings.Split(token, ".")[:2] {
		if err := strict(part); err != nil {
			return domain.Caller{}, ErrToken.Because(err)
		}
	}
	user, err := domain.ParseID[domain.User](c.Subject)
	if err != nil {
		return domain.Caller{}, ErrToken.Because(fmt.Errorf("sub is not a user id"))
	}
	session, err := domain.ParseID[domain.Session](c.SessionID)
	if err != nil {
		return domain.Caller{}, ErrToken.Because(fmt.Errorf("sid is not a session id"))
	}
	if c.IssuedAt == nil || c.NotBefore == nil || c.ID == "" {
		return domain.Caller{}, ErrToken.Because(fmt.Errorf("iat, nbf or jti is missing"))
	}
	if !v.now().Before(c.ExpiresAt.Time) {
		return domain.Caller{}, ErrToken.Because(jwt.ErrTokenExpired)
	}
	if c.ExpiresAt.Sub(c.IssuedAt.Time) > AccessTTL {
		return domain.Caller{}, ErrToken.Because(fmt.Errorf("lives longer than %s", AccessTTL))
	}
	return domain.Caller{UserID: user, SessionID: session, Role: domain.RestoreRole(c.Role), PasswordAt: time.UnixMilli(c.PasswordAt).UTC()}, nil
}

// key picks the key by kid and holds the token to that key's algorithm. Headers that would bring or fetch a key are refused.
func (v *Verifier) key(t *jwt.Token) (any, error) {
	for _, name := range []string{"crit", "jku", "jwk", "x5u", "x5c"} {
		if _, ok := t.Header[name]; ok {
			return nil, fmt.Errorf("header %s is not accepted", name)
		}
	}
	if t.Header["typ"] != tokenType {
		return nil, fmt.Errorf("typ is not %s", tokenType)
	}
	id, _ := t.Header["kid"].(string)
	key := v.ring.find(id)
	if key == nil {
		return nil, fmt.Errorf("no key has this kid")
	}
	if t.Method.Alg() != key.alg {
		return nil, fmt.Errorf("alg is not the key's")
	}
	return key.verify, nil
}

// strict refuses a JSON object that says one thing twice (RFC 7519 section 4), that spells a name with other than small letters (the
// decoder takes EXP for exp), or that gives a date as text, which the decoder takes for a number.
func strict(part string) error {
	object, err := b64url.DecodeString(part)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(object))
	if _, err := decoder.Token(); err != nil { // the opening brace
		return err
	}
	var names []string
	for decoder.More() {
		t, err := decoder.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		name, _ := t.(string)
		switch {
		case strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
			return fmt.Errorf("a name is not in small letters")
		case slices.Contains(names, name):
			return fmt.Errorf("a name stands twice")
		case (name == "exp" || name == "iat" || name == "nbf") && value[0] == '"':
			return fmt.Errorf("%s is not a number", name)
		}
		names = append(names, name)
	}
	return nil
}
