package auth

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
)

// maxKeys bounds a ring, since Lambda gives a function 4 KB for its whole environment and each key takes about 350 bytes of it
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
const maxKeys = 4

// ParseSecret reads a secret as Secrets Manager keeps it. It refuses what functions would not start with, and parts that do not belong
// together. Its errors quote no key.
func ParseSecret(text []byte) (Secret, error) {
	s, err := decodeSecret(text)
	if err != nil {
		return Secret{}, err
	}
	return s.checked()
}

// CompleteSecret is ParseSecret for a secret that an older version made: it adds the keys that version did not know.
func CompleteSecret(text []byte, random io.Reader) (Secret, error) {
	s, err := decodeSecret(text)
	if err == nil {
		s, err = s.complete(random)
	}
	if err != nil {
		return Secret{}, err
	}
	return s.checked()
}

func decodeSecret(text []byte) (Secret, error) {
	var s Secret
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&s) != nil || decoder.InputOffset() != int64(len(bytes.TrimRight(text, " \t\r\n"))) {
		return Secret{}, fmt.Errorf("secret: not the JSON object that this command makes")
	}
	return s, nil
}

func (s Secret) checked() (Secret, error) {
	signing, err := ParseKeyRing(s.Signing)
	if err != nil {
		return Secret{}, fmt.Errorf("signing: %w", err)
	}
	verifying, err := ParseKeyRing(s.Verifying)
	if err != nil {
		return Secret{}, fmt.Errorf("verifying: %w", err)
	}
	if !slices.EqualFunc(signing.keys, verifying.keys, isPublicPart) {
		return Secret{}, fmt.Errorf("verifying: not the public part of signing, key by key")
	}
	for _, k := range signing.keys {
		if k.sign == nil {
			return Secret{}, fmt.Errorf("signing: key %s has no private part", k.id)
		}
	}
	if s.Next != "" && (s.Next == signing.keys[0].id || signing.find(s.Next) == nil) {
		return Secret{}, fmt.Errorf("next: no key of the ring waits under this kid")
	}
	for _, part := range []struct{ name, value string }{{"cursor", s.Cursor}, {"refresh", s.Refresh}, {"links", s.Links}} {
		if part.value == "" {
			return Secret{}, fmt.Errorf("%s: is missing; if an older version made the secret, add it: go run ./cmd/keys complete", part.name)
		}
		if b, err := b64url.DecodeString(part.value); err != nil || len(b) < 32 {
			return Secret{}, fmt.Errorf("%s: must be base64url of at least 32 bytes", part.name)
		}
	}
	return s, nil
}

// isPublicPart tells whether public checks what private signs, and signs nothing itself unless the two cannot be told apart (HS256).
func isPublicPart(private, public ringKey) bool {
	return private.id == public.id && private.alg == public.alg && reflect.DeepEqual(private.verify, public.verify) &&
		(public.sign == nil || public.alg == "HS256")
}

// Rotate adds an Ed25519 key that verifies and does not sign yet, so that every function knows it before the first token it signed comes.
// One key waits at a time.
func (s Secret) Rotate(random io.Reader) (Secret, error) {
	keys := s.keys()
	switch {
	case s.Next != "":
		return Secret{}, fmt.Errorf("rotate: key %s waits already; promote or retire it first", s.Next)
	case len(keys) >= maxKeys:
		return Secret{}, fmt.Errorf("rotate: the ring has %d keys, and more do not fit a function's environment; retire one first", len(keys))
	}
	key, err := newEd25519(random)
	if err != nil {
		return Secret{}, err
	}
	s.Next = key.ID
	return s.with(append(keys, key))
}

// Promote makes the key that waits sign from now on. The others go on verifying.
func (s Secret) Promote() (Secret, error) {
	if s.Next == "" {
		return Secret{}, fmt.Errorf("promote: no key waits; rotate first")
	}
	keys := s.keys()
	i := slices.IndexFunc(keys, func(k jwk) bool { return k.ID == s.Next })
	s.Next = ""
	return s.with(slices.Concat(keys[i:i+1], keys[:i], keys[i+1:]))
}

// Retire removes a key: what it signed is refused from now on. The key that signs stays, and with it at least one key.
func (s Secret) Retire(kid string) (Secret, error) {
	keys := s.keys()
	i := slices.IndexFunc(keys, func(k jwk) bool { return k.ID == kid })
	switch {
	case i < 0:
		return Secret{}, fmt.Errorf("retire: no key has the kid %q", kid)
	case len(keys) == 1:
		return Secret{}, fmt.Errorf("retire: key %s is the only one; rotate and promote first", kid)
	case i == 0:
		return Secret{}, fmt.Errorf("retire: key %s signs; promote another first", kid)
	}
	if kid == s.Next {
		s.Next = ""
	}
	return s.with(slices.Delete(keys, i, i+1))
}

// Describe tells each key's kid, algorithm and part in one line, and nothing secret.
func (s Secret) Describe() string {
	var b bytes.Buffer
	for i, k := range s.keys() {
		part := "verifies only"
		switch {
		case i == 0:
			part = "signs"
		case k.ID == s.Next:
			part = "verifies and waits to sign"
		}
		fmt.Fprintf(&b, "%s %s %s\n", k.ID, k.Alg, part)
	}
	return b.String()
}

// keys of a secret that was parsed or made.
func (s Secret) keys() []jwk {
	var set jwks
	if err := json.Unmarshal([]byte(s.Signing), &set); err != nil {
		return nil
	}
	return set.Keys
}

// with is the secret with another ring.
func (s Secret) with(keys []jwk) (Secret, error) {
	signing, err := json.Marshal(jwks{keys})
	if err != nil {
		return Secret{}, err
	}
	public := slices.Clone(keys)
	for i := range public {
		public[i].D = ""
	}
	verifying, err := json.Marshal(jwks{public})
	s.Signing, s.Verifying = string(signing), string(verifying)
	return s, err
}
