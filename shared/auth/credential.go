package auth

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// ErrCredential is returned for every credential that is not good, whatever is wrong with it; the cause is for the logs.
var ErrCredential = fault.New(fault.Invalid, "certificate.not_valid", "The credential is not valid.")

const (
	// credentialType is the header typ of badges, the only one that Open Badges 3.0 knows. Access tokens have another, so neither passes for the other.
	credentialType = "JWT"
	maxCredential  = 16 << 10
	keyPath        = "/api/certificates/keys/"
)

// Credentials names who issues badges.
type Credentials struct {
	Base string // URL of the API without a slash at the end, the issuer's id; badges name it for ever
	Name string // of the issuer
}

// credentialHeader has the members that Open Badges 3.0 allows, and no others.
type credentialHeader struct {
	Alg string `json:"alg"`
	Kid string `json:"kid"` // a URL that yields the public key
	Typ string `json:"typ"`
}

// Certifier signs badges with the ring's first Ed25519 key.
type Certifier struct {
	issuer Credentials
	id     string
	key    ed25519.PrivateKey
}

// NewCertifier fails when the ring has no Ed25519 key with a private part: what a shared secret (HS256) signs nobody else can check.
func NewCertifier(ring *KeyRing, issuer Credentials) (*Certifier, error) {
	for _, k := range ring.keys {
		if private, ok := k.sign.(ed25519.PrivateKey); ok {
			return &Certifier{issuer, k.id, private}, nil
		}
	}
	return nil, errors.New("key ring: no Ed25519 key with a private part, so no certificate can be signed")
}

// Key is the id and the public JWK of the key that signs.
func (c *Certifier) Key() (id string, public []byte, err error) {
	x := b64url.EncodeToString(c.key.Public().(ed25519.PublicKey))
	public, err = json.Marshal(jwk{KeyType: "OKP", Curve: "Ed25519", ID: c.id, Alg: "EdDSA", Use: "sig", X: x})
	return c.id, public, err
}

// Sign makes the badge of a completed track, as a compact JWT.
func (c *Certifier) Sign(id domain.CertificateID, track domain.Track, holder domain.Username, at time.Time) (string, error) {
	header, err := json.Marshal(credentialHeader{"EdDSA", c.issuer.Base + keyPath + c.id, credentialType})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(newBadge(c.issuer.Base, c.issuer.Name, id, track, holder, at))
	if err != nil {
		return "", err
	}
	text := b64url.EncodeToString(header) + "." + b64url.EncodeToString(payload)
	return text + "." + b64url.EncodeToString(ed25519.Sign(c.key, []byte(text))), nil
}

// CredentialVerifier checks badges that this system signed, whenever that was and under whatever
// address.
type CredentialVerifier struct {
	Keys domain.CredentialKeys
	Now  func() time.Time
}

// Verify reads a badge and the id of its certificate. Every failure is ErrCredential, but for a store that does not answer. It does not say
// whether the certificate is still on record.
func (v CredentialVerifier) Verify(ctx context.Context, token string) (Badge, domain.CertificateID, error) {
	badge, id, err := v.verify(ctx, token)
	if err != nil && fault.As(err).Kind != fault.Unavailable {
		err = ErrCredential.Because(err)
	}
	return badge, id, err
}

func (v CredentialVerifier) verify(ctx context.Context, token string) (badge Badge, id domain.CertificateID, err error) {
	none := badge
	parts := strings.Split(token, ".")
	if len(token) > maxCredential || len(parts) != 3 || strings.ContainsAny(token, "\r\n") { // the base64 decoder skips line breaks
		return none, id, errors.New("not a compact JWT")
	}
	var header credentialHeader
	if err := decodePart(parts[0], &header); err != nil {
		return none, id, fmt.Errorf("header: %w", err)
	}
	// The key decides whose it is, not the address: the API's may have been another when the badge
	// was made.
	base, kid, ours := strings.Cut(header.Kid, keyPath)
	if header.Alg != "EdDSA" || header.Typ != credentialType || !ours {
		return none, id, errors.New("alg, typ or kid is not ours")
	}
	key, err := v.key(ctx, kid)
	if err != nil {
		return none, id, err
	}
	signature, err := b64url.DecodeString(parts[2])
	if err != nil || !ed25519.Verify(key, []byte(parts[0]+"."+parts[1]), signature) {
		return none, id, errors.New("the signature is not the key's")
	}
	if err := decodePart(parts[1], &badge); err != nil {
		return none, id, fmt.Errorf("payload: %w", err)
	}
	id, err = domain.ParseID[domain.Certificate](strings.TrimPrefix(badge.ID, base+"/api/certificates/"))
	if err != nil || !badge.consistent() || badge.Iss != base {
		return none, id, errors.New("the claims are not the credential's, or another issuer's")
	}
	if time.Unix(badge.Nbf, 0).After(v.Now().Add(leeway)) {
		return none, id, errors.New("not valid yet")
	}
	return badge, id, nil
}

// key reads a public key that certificates were signed with.
func (v CredentialVerifier) key(ctx context.Context, id string) (ed25519.PublicKey, error) {
	if !IsKeyID(id) {
		return nil, errors.New("kid is not the id of a key")
	}
	text, err := v.Keys.CredentialKey(ctx, id)
	if err != nil {
		return nil, err
	}
	var k jwk
	if err := json.Unmarshal(text, &k); err != nil {
		return nil, err
	}
	parsed, err := k.parse()
	public, ok := parsed.verify.(ed25519.PublicKey)
	if err != nil || !ok || parsed.id != id {
		return nil, errors.New("the key on record is not good")
	}
	return public, nil
}

// IsKeyID tells whether text can be a key's id, before a store is asked for it.
func IsKeyID(text string) bool {
	b, err := b64url.DecodeString(text)
	return err == nil && len(b) >= 8 && len(b) <= 64
}

// decodePart reads one JSON object that has the members of out and no others.
func decodePart(part string, out any) error {
	text, err := b64url.DecodeString(part)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(out); err != nil {
		return err
	}
	if decoder.More() {
		return errors.New("something after the object")
	}
	return nil
}
