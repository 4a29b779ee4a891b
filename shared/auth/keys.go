package auth

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
)

// jwk is a JSON Web Key (RFC 7517): OKP with Ed25519 (RFC 8037), or oct for HS256.
type jwk struct {
	KeyType string `json:"kty"`
	Curve   string `json:"crv,omitempty"`
	ID      string `json:"kid"`
	Alg     string `json:"alg"`
	Use     string `json:"use"`
	X       string `json:"x,omitempty"` // public key
	D       string `json:"d,omitempty"` // private key: the 32-byte seed
	K       string `json:"k,omitempty"` // shared secret
}

type jwks struct {
	Keys []jwk `json:"keys"`
}

// ringKey is one key in the form the JWT library wants. verify is nil never, sign only with a private key at hand.
type ringKey struct {
	id     string
	alg    string // EdDSA or HS256: a token's alg must be its key's (RFC 8725 section 3.1)
	verify any
	sign   any
}

// KeyRing holds the keys of access tokens. The first signs; all verify, so keys can be rotated without logging anyone out.
type KeyRing struct{ keys []ringKey }

var b64url = base64.RawURLEncoding.Strict()

// ParseKeyRing reads a JWK set. It refuses a ring without keys, weak or malformed keys, and two keys of one id.
func ParseKeyRing(set string) (*KeyRing, error) {
	var in jwks
	if err := json.Unmarshal([]byte(set), &in); err != nil {
		return nil, fmt.Errorf("key ring: not a JWK set") // the JSON error could quote a key
	}
	if len(in.Keys) == 0 {
		return nil, fmt.Errorf("key ring: no keys")
	}
	ring := &KeyRing{}
	for i, k := range in.Keys {
		parsed, err := k.parse()
		if err != nil {
			return nil, fmt.Errorf("key ring: key %d: %w", i+1, err)
		}
		if ring.find(k.ID) != nil {
			return nil, fmt.Errorf("key ring: key %d: its kid stands twice", i+1)
		}
		ring.keys = append(ring.keys, parsed)
	}
	return ring, nil
}

func (k jwk) parse() (ringKey, error) {
	out := ringKey{id: k.ID, alg: k.Alg}
	if k.ID == "" {
		return out, fmt.Errorf("no kid")
	}
	switch {
	case k.KeyType == "OKP" && k.Curve == "Ed25519" && k.Alg == "EdDSA":
		public, err := b64url.DecodeString(k.X)
		if err != nil || len(public) != ed25519.PublicKeySize {
			return out, fmt.Errorf("x is not an Ed25519 public key")
		}
		out.verify = ed25519.PublicKey(public)
		if k.D == "" {
			return out, nil
		}
		seed, err := b64url.DecodeString(k.D)
		if err != nil || len(seed) != ed25519.SeedSize {
			return out, fmt.Errorf("d is not an Ed25519 private key")
		}
		private := ed25519.NewKeyFromSeed(seed)
		if !private.Public().(ed25519.PublicKey).Equal(out.verify) {
			return out, fmt.Errorf("d does not belong to x")
		}
		out.sign = private
	case k.KeyType == "oct" && k.Alg == "HS256":
		secret, err := b64url.DecodeString(k.K)
		if err != nil || len(secret) < 32 {
			return out, fmt.Errorf("k must be at least 32 bytes (RFC 7518 section 3.2)")
		}
		out.verify, out.sign = secret, secret
	default:
		return out, fmt.Errorf("neither an Ed25519 key (kty OKP, alg EdDSA) nor a shared secret (kty oct, alg HS256)")
	}
	return out, nil
}

func (r *KeyRing) find(id string) *ringKey {
	for i := range r.keys {
		if r.keys[i].id == id {
			return &r.keys[i]
		}
	}
	return nil
}

// PublicSet is the ring as a JWK set for everyone: built of public keys alone, so shared secrets are left out.
func (r *KeyRing) PublicSet() ([]byte, error) {
	out := jwks{Keys: []jwk{}}
	for _, k := range r.keys {
		if public, ok := k.verify.(ed25519.PublicKey); ok {
			out.Keys = append(out.Keys, jwk{KeyType: "OKP", Curve: "Ed25519", ID: k.id, Alg: k.alg, Use: "sig", X: b64url.EncodeToString(public)})
		}
	}
	return json.Marshal(out)
}

// Secret is what `go run ./cmd/keys` makes and Secrets Manager keeps: each part is given to the functions that need it.
type Secret struct {
	Signing   string `json:"signing"`        // JWK set with private keys
	Verifying string `json:"verifying"`      // the same keys, public parts only; a shared secret has no public part and stands here too
	Cursor    string `json:"cursor"`         // 32 bytes, base64url: signs list cursors
	Refresh   string `json:"refresh"`        // 32 bytes, base64url: computes refresh tokens
	Links     string `json:"links"`          // 32 bytes, base64url: computes the tokens of links in mails
	Next      string `json:"next,omitempty"` // kid of the key that waits to sign, see Rotate
}

// NewSecret makes a ring of one Ed25519 key and the other keys.
func NewSecret(random io.Reader) (Secret, error) { return newSecret(random, newEd25519) }

// NewHS256Secret makes a ring of one shared secret of 32 bytes. With it every function that checks tokens could also sign them.
func NewHS256Secret(random io.Reader) (Secret, error) { return newSecret(random, newHS256) }

func newSecret(random io.Reader, newKey func(io.Reader) (jwk, error)) (Secret, error) {
	key, err := newKey(random)
	if err != nil {
		return Secret{}, err
	}
	secret, err := Secret{}.with([]jwk{key})
	if err != nil {
		return Secret{}, err
	}
	return secret.complete(random)
}

// complete adds the keys that are not there.
func (s Secret) complete(random io.Reader) (Secret, error) {
	for _, part := range []*string{&s.Cursor, &s.Refresh, &s.Links} {
		if *part != "" {
			continue
		}
		var b [32]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return Secret{}, err
		}
		*part = b64url.EncodeToString(b[:])
	}
	return s, nil
}

func newEd25519(random io.Reader) (jwk, error) {
	var seed [ed25519.SeedSize]byte
	if _, err := io.ReadFull(random, seed[:]); err != nil {
		return jwk{}, err
	}
	x := b64url.EncodeToString(ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey))
	thumbprint := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + x + `"}`)) // RFC 7638
	id := b64url.EncodeToString(thumbprint[:])
	return jwk{KeyType: "OKP", Curve: "Ed25519", ID: id, Alg: "EdDSA", Use: "sig", X: x, D: b64url.EncodeToString(seed[:])}, nil
}

// newHS256 takes a random kid: a thumbprint would tell a hash of the secret.
func newHS256(random io.Reader) (jwk, error) {
	var b [48]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return jwk{}, err
	}
	return jwk{KeyType: "oct", ID: b64url.EncodeToString(b[32:]), Alg: "HS256", Use: "sig", K: b64url.EncodeToString(b[:32])}, nil
}
