package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest/forged"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

var badges = auth.Credentials{Base: "https://api.lyceum.example", Name: "lyceum-test"}

const certificateID = "0195f0c1-9f02-7abc-8def-0123456789ab"

// kept are keys by their ids.
type kept map[string]string

func (k kept) CredentialKey(_ context.Context, id string) ([]byte, error) {
	if jwk, ok := k[id]; ok {
		return []byte(jwk), nil
	}
	return nil, domain.ErrNoCredentialKey
}

// badgeOf makes a badge of a key, and the store that keeps its public part.
func badgeOf(t testing.TB, k key) (string, kept) {
	t.Helper()
	certifier, err := auth.NewCertifier(ring(t, k.both()), badges)
	if err != nil {
		t.Fatal(err)
	}
	name, err := domain.ParseUsername("Ana María")
	if err != nil {
		t.Fatal(err)
	}
	token, err := certifier.Sign(domain.RestoreID[domain.Certificate](certificateID), domain.RestoreTrack("go"), name, noon.Add(1234*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	id, public, err := certifier.Key()
	if err != nil || id != k.id || strings.Contains(string(public), `"d"`) {
		t.Fatalf("key %s, %s, %v", id, public, err)
	}
	return token, kept{id: string(public)}
}

func verify(keys domain.CredentialKeys, token string) (auth.Badge, error) {
	v := auth.CredentialVerifier{Keys: keys, Now: at(noon.Add(time.Hour))}
	badge, id, err := v.Verify(context.Background(), token)
	if err == nil && id.String() != certificateID {
		return badge, errors.New("another certificate: " + id.String())
	}
	return badge, err
}

const badgeKid = "YmFkZ2Uta2V5LTE" // as a key's id is: base64url

func TestABadgeHasTheMembersOfOpenBadges3(t *testing.T) {
	t.Parallel()
	token, keys := badgeOf(t, newKey(badgeKid, 1))
	if _, err := verify(keys, token); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	for i, want := range []string{
		`{"alg":"EdDSA","kid":"https://api.lyceum.example/api/certificates/keys/` + badgeKid + `","typ":"JWT"}`,
		`{"@context":["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],` +
			`"id":"https://api.lyceum.example/api/certificates/` + certificateID + `","type":["VerifiableCredential","OpenBadgeCredential"],` +
			`"issuer":{"id":"https://api.lyceum.example","type":["Profile"],"name":"lyceum-test"},"validFrom":"2026-03-04T12:00:01Z",` +
			`"name":"Track completed: go","credentialSubject":{"id":"urn:uuid:` + certificateID + `","type":["AchievementSubject"],` +
			`"identifier":[{"type":"IdentityObject","hashed":false,"identityHash":"Ana María","identityType":"name"}],` +
			`"achievement":{"id":"https://api.lyceum.example/api/lessons?track=go","type":["Achievement"],"achievementType":"Course",` +
			`"criteria":{"narrative":"Complete every lesson that is published in the track."},"description":"All lessons of the track go.","name":"go"}},` +
			`"iss":"https://api.lyceum.example","jti":"https://api.lyceum.example/api/certificates/` + certificateID + `","nbf":1772625601,` +
			`"sub":"urn:uuid:` + certificateID + `"}`,
	} {
		if got, err := b64url.DecodeString(parts[i]); err != nil || string(got) != want {
			t.Errorf("part %d:\n got %s\nwant %s", i, got, want)
		}
	}
}

func TestBadgesOfAFormerAddressStayValid(t *testing.T) {
	t.Parallel()
	k := newKey(badgeKid, 1)
	certifier, err := auth.NewCertifier(ring(t, k.both()), auth.Credentials{Base: "http://localhost:3000", Name: "lyceum-test"})
	if err != nil {
		t.Fatal(err)
	}
	name, err := domain.ParseUsername("Ana")
	if err != nil {
		t.Fatal(err)
	}
	token, err := certifier.Sign(domain.RestoreID[domain.Certificate](certificateID), domain.RestoreTrack("go"), name, noon)
	if err != nil {
		t.Fatal(err)
	}
	_, keys := badgeOf(t, k)
	if badge, err := verify(keys, token); err != nil || badge.Iss != "http://localhost:3000" {
		t.Errorf("got %+v, %v", badge, err)
	}
}

func TestAttacksOnBadgesAreRefused(t *testing.T) {
	t.Parallel()
	mine, other := newKey(badgeKid, 1), newKey("YmFkZ2Uta2V5LTI", 2)
	good, keys := badgeOf(t, mine)
	keys["YmFkZ2Uta2V5LTI"] = other.public().JSON()
	keys["c2hhcmVkLXNlY3JldA"] = secretKey("c2hhcmVkLXNlY3JldA", 32).JSON()
	parts := strings.Split(good, ".")
	payload, _ := b64url.DecodeString(parts[1])
	kid := badges.Base + "/api/certificates/keys/"
	head := object{"alg": "EdDSA", "kid": kid + mine.id, "typ": "JWT"}
	var body object
	if err := json.Unmarshal(payload, &body); err != nil {
		t.Fatal(err)
	}
	as := func(h, b object) string { return mine.token(h.JSON(), b.JSON()) }
	if _, err := verify(keys, as(head, body)); err != nil {
		t.Fatalf("what the cases change is good: %v", err)
	}
	public := mine.public()["x"].(string)
	access, err := accessSigner(t, mine).Sign(newUser(t, "ana@example.org", "Ana"), &opened, noon, auth.AccessTTL, seeded(1))
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"nothing": "", "two dots": "..", "no JWT": "badge", "four parts": good + ".", "half": good[:len(good)/2],
		"alg none":                    b64url.EncodeToString([]byte(head.With("alg", "none").JSON())) + "." + parts[1] + ".",
		"alg none with a signature":   as(head.With("alg", "none"), body),
		"HS256 by the public key":     forged.HS256([]byte(public), head.With("alg", "HS256").JSON(), string(payload)),
		"HS256 by a key on record":    forged.HS256(secret(32), head.With("alg", "HS256").With("kid", kid+"c2hhcmVkLXNlY3JldA").JSON(), string(payload)),
		"EdDSA by a secret on record": as(head.With("kid", kid+"c2hhcmVkLXNlY3JldA"), body),
		"another key's kid":           as(head.With("kid", kid+other.id), body),
		"another key":                 other.token(head.JSON(), string(payload)),
		"a kid nobody has":            as(head.With("kid", kid+"YmFkZ2Uta2V5LTk"), body),
		"a kid of a path":             as(head.With("kid", kid+"../../keys"), body),
		"a kid of another host":       as(head.With("kid", "https://evil.example/api/certificates/keys/"+mine.id), body),
		"a kid without URL":           as(head.With("kid", mine.id), body),
		"a kid that is a list":        as(head.With("kid", []string{kid + mine.id}), body),
		"no kid":                      as(head.Without("kid"), body),
		"a jwk":                       as(head.With("jwk", mine.public()), body),
		"a jku":                       as(head.With("jku", "https://evil.example"), body),
		"crit":                        as(head.With("crit", []string{"b64"}), body),
		"typ at+jwt":                  as(head.With("typ", "at+jwt"), body),
		"no typ":                      as(head.Without("typ"), body),
		"an access token":             access,
		"another issuer's claim":      as(head, body.With("iss", "https://evil.example")),
		"another issuer":              as(head, body.With("iss", "https://evil.example").With("issuer", object{"id": "https://evil.example", "type": []string{"Profile"}, "name": "x"})),
		"another jti":                 as(head, body.With("jti", "x")),
		"another sub":                 as(head, body.With("sub", userID)),
		"another nbf":                 as(head, body.With("nbf", 1)),
		"nbf as text":                 as(head, body.With("nbf", "1772625601")),
		"no credentialSubject":        as(head, body.Without("credentialSubject")),
		"a day ahead":                 as(head, body.With("nbf", noon.Add(25*time.Hour).Unix()).With("validFrom", noon.Add(25*time.Hour).Format(time.RFC3339))),
		"a member more":               as(head, body.With("exp", 1)),
		"an id that is none":          as(head, body.With("id", badges.Base+"/api/certificates/x").With("jti", badges.Base+"/api/certificates/x")),
		"a changed name":              parts[0] + "." + b64url.EncodeToString([]byte(strings.Replace(string(payload), "Ana", "Eve", 1))) + "." + parts[2],
		"a changed signature":         good[:len(good)-4] + "AAAA",
		"trailing bits":               good[:len(good)-1] + string(good[len(good)-1]+1),
		"padding":                     good + "=",
		"a line break":                good[:50] + "\n" + good[50:],
		"something after the payload": mine.token(head.JSON(), string(payload)+"{}"),
		"very long":                   good + strings.Repeat("A", 1<<20),
		"another system's credential": as(head.With("kid", "did:key:z6Mk"), body),
		"a payload that is a list":    mine.token(head.JSON(), "["+string(payload)+"]"),
		"a header that is null":       mine.token("null", string(payload)),
	} {
		if badge, err := verify(keys, token); !errors.Is(err, auth.ErrCredential) {
			t.Errorf("%s: %v, want ErrCredential; it says %.200v", name, err, badge)
		}
	}
}

// A badge must never open the door, whatever key signed it.
func TestABadgeIsNoAccessToken(t *testing.T) {
	t.Parallel()
	k := newKey(badgeKid, 1)
	token, _ := badgeOf(t, k)
	verifier := auth.NewVerifier(ring(t, k.public()), issuer, at(noon.Add(2*time.Second)))
	if caller, err := verifier.Verify(token); !errors.Is(err, auth.ErrToken) {
		t.Errorf("a badge speaks for %+v, %v", caller, err)
	}
}

func TestBadgesNeedAPublicKey(t *testing.T) {
	t.Parallel()
	if _, err := auth.NewCertifier(ring(t, secretKey("a", 32)), badges); err == nil {
		t.Error("a shared secret signs badges")
	}
	if _, err := auth.NewCertifier(ring(t, newKey("a", 1).public()), badges); err == nil {
		t.Error("a public key signs badges")
	}
	if _, err := auth.NewCertifier(ring(t, secretKey("a", 32), newKey("b", 1).both()), badges); err != nil {
		t.Errorf("the ring's Ed25519 key is not found: %v", err)
	}
}

func accessSigner(t testing.TB, k key) *auth.Signer {
	t.Helper()
	signer, err := auth.NewSigner(ring(t, k.both()), issuer)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}
