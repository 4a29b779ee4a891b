package auth_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

var (
	eu      = newKey("eu-1", 1)
	stolen  = newKey("eu-1", 9) // another key under a good name
	session = domain.RestoreID[domain.Session](sessionID)
)

// header and claims are those of a good token at noon.
func header() object { return object{"alg": "EdDSA", "typ": "at+jwt", "kid": "eu-1"} }

func claims() object {
	return object{
		"iss": issuer.Name, "aud": []string{issuer.Audience}, "sub": userID, "sid": sessionID, "role": "learner", "jti": "x",
		"iat": noon.Unix(), "nbf": noon.Unix(), "exp": noon.Add(auth.AccessTTL).Unix(),
	}
}

func sign(t testing.TB, ring *auth.KeyRing, user *domain.User) string {
	t.Helper()
	signer, err := auth.NewSigner(ring, issuer)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signer.Sign(user, session, noon, seeded(2))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func verifier(t testing.TB, now time.Time) *auth.Verifier {
	t.Helper()
	return auth.NewVerifier(ring(t, eu.public()), issuer, at(now))
}

// refuses checks that a token is answered with ErrToken and no caller.
func refuses(t *testing.T, v *auth.Verifier, token string) {
	t.Helper()
	caller, err := v.Verify(token)
	if !errors.Is(err, auth.ErrToken) || caller != (domain.Caller{}) {
		t.Errorf("Verify(%.300q) = %+v, %v; want ErrToken", token, caller, err)
	}
}

func TestSign(t *testing.T) {
	t.Parallel()
	user := newUser(t, "ana@example.org", "Ana")
	t.Run("a signed token speaks for its user, session and role", func(t *testing.T) {
		t.Parallel()
		for _, role := range []domain.Role{domain.Learner, domain.Editor, domain.Admin} {
			s := user.State()
			s.Role = role
			got, err := verifier(t, noon).Verify(sign(t, ring(t, eu.both()), domain.RestoreUser(s)))
			if want := (domain.Caller{UserID: s.ID, SessionID: session, Role: role}); err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		}
	})
	t.Run("a token holds ids and times, nothing personal", func(t *testing.T) {
		t.Parallel()
		parts := strings.Split(sign(t, ring(t, eu.both()), user), ".")
		var got [2]map[string]any
		for i := range got {
			text, err := b64url.DecodeString(parts[i])
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &got[i]); err != nil {
				t.Fatal(err)
			}
		}
		jti, _ := got[1]["jti"].(string)
		want := []string{
			fmt.Sprint(map[string]any{"alg": "EdDSA", "kid": "eu-1", "typ": "at+jwt"}),
			fmt.Sprint(map[string]any{
				"iss": issuer.Name, "aud": []any{"lyceum"}, "sub": user.ID().String(), "sid": sessionID, "role": "learner", "jti": jti,
				"iat": float64(noon.Unix()), "nbf": float64(noon.Unix()), "exp": float64(noon.Unix() + 900),
			}),
		}
		for i := range got {
			if fmt.Sprint(got[i]) != want[i] {
				t.Errorf("got %v, want %v", got[i], want[i])
			}
		}
		if len(jti) != 36 {
			t.Errorf("jti = %q, want an id", jti)
		}
	})
	t.Run("without randomness there is no token", func(t *testing.T) {
		t.Parallel()
		signer, err := auth.NewSigner(ring(t, eu.both()), issuer)
		if err != nil {
			t.Fatal(err)
		}
		if token, err := signer.Sign(user, session, noon, strings.NewReader("")); err == nil || token != "" {
			t.Errorf("got %q, %v; want an error", token, err)
		}
	})
}

// D13: signing in with a name or an address outside Latin-1 was a crash.
func TestD13NonLatinUsersGetTokens(t *testing.T) {
	t.Parallel()
	for _, who := range []struct{ email, name string }{{"анна@пример.рф", "Анна"}, {"王伟@例子.中国", "王伟"}, {"josé@exämple.org", "José"}, {"ana@example.org", "محمد علي"}} {
		user := newUser(t, who.email, who.name)
		token := sign(t, ring(t, eu.both()), user)
		if got, err := verifier(t, noon).Verify(token); err != nil || got.UserID != user.ID() {
			t.Errorf("%s: got %+v, %v; want %s", who.email, got, err, user.ID())
		}
		if strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
			t.Errorf("the token of %s is no header value: %q", who.email, token)
		}
	}
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	user, next := newUser(t, "ana@example.org", "Ana"), newKey("eu-2", 2)
	before, during := ring(t, eu.both()), ring(t, next.both(), eu.public())
	t.Run("the first key signs", func(t *testing.T) {
		t.Parallel()
		head, _ := b64url.DecodeString(strings.Split(sign(t, during, user), ".")[0])
		if !strings.Contains(string(head), `"kid":"eu-2"`) {
			t.Errorf("header = %s, want kid eu-2", head)
		}
	})
	t.Run("tokens of the old key are good as long as it stands in the ring", func(t *testing.T) {
		t.Parallel()
		old := sign(t, before, user)
		if _, err := auth.NewVerifier(during, issuer, at(noon)).Verify(old); err != nil {
			t.Errorf("during the change: %v, want no error", err)
		}
		refuses(t, auth.NewVerifier(ring(t, next.public()), issuer, at(noon)), old)
	})
	t.Run("a ring of shared secrets works, and rotates too", func(t *testing.T) {
		t.Parallel()
		shared := ring(t, secretKey("hs", 32))
		token := sign(t, shared, user)
		if _, err := auth.NewVerifier(shared, issuer, at(noon)).Verify(token); err != nil {
			t.Error(err)
		}
		if _, err := auth.NewVerifier(ring(t, eu.both(), secretKey("hs", 32)), issuer, at(noon)).Verify(token); err != nil {
			t.Error(err)
		}
		refuses(t, auth.NewVerifier(ring(t, secretKey("hs", 33)), issuer, at(noon)), token)
	})
}

// The tables below change one thing of a token that is otherwise good; this shows that it is.
func TestTheGoodTokenIsGood(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]object{
		"as made":                claims(),
		"an aud that is one":     claims().with("aud", "lyceum"),
		"more than one aud":      claims().with("aud", []string{"other", "lyceum"}),
		"a claim we do not know": claims().with("scope", "all"),
	} {
		got, err := verifier(t, noon).Verify(eu.token(header().json(t), c.json(t)))
		if err != nil || got.UserID.String() != userID || got.SessionID.String() != sessionID || got.Role != domain.Learner {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

// D12: nothing looked at the header: neither alg nor typ, kid or crit.
func TestD12ForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	h, c := header().json(t), claims().json(t)
	public := []byte(eu.private.Public().(ed25519.PublicKey))
	good := eu.token(h, c)
	parts := strings.Split(good, ".")
	unsigned := func(alg string) string {
		return b64url.EncodeToString([]byte(header().with("alg", alg).json(t))) + "." + parts[1] + "."
	}
	// The last character of 64 bytes in base64 carries two bits of data and four that must be 0.
	trailing := good[:len(good)-1] + string(good[len(good)-1]+1)
	tests := map[string]string{
		"nothing":                                  "",
		"dots":                                     "..",
		"words":                                    "not.a.token",
		"two parts":                                parts[0] + "." + parts[1],
		"five parts, as an encrypted token has":    good + ".x.y",
		"an empty signature":                       parts[0] + "." + parts[1] + ".",
		"alg none":                                 unsigned("none"),
		"alg None":                                 unsigned("None"),
		"alg nOnE with a signature":                eu.token(header().with("alg", "nOnE").json(t), c),
		"no alg":                                   eu.token(header().without("alg").json(t), c),
		"alg as a list":                            eu.token(header().with("alg", []string{"EdDSA"}).json(t), c),
		"HS256 keyed with the public key":          hs256(public, header().with("alg", "HS256").json(t), c),
		"HS256 keyed with the public key's text":   hs256([]byte(b64url.EncodeToString(public)), header().with("alg", "HS256").json(t), c),
		"HS256 keyed with nothing":                 hs256(nil, header().with("alg", "HS256").json(t), c),
		"RS256 named over a good signature":        eu.token(header().with("alg", "RS256").json(t), c),
		"another key under a good kid":             stolen.token(h, c),
		"an unknown kid":                           eu.token(header().with("kid", "eu-9").json(t), c),
		"no kid":                                   eu.token(header().without("kid").json(t), c),
		"an empty kid":                             eu.token(header().with("kid", "").json(t), c),
		"a kid that is a number":                   eu.token(header().with("kid", 1).json(t), c),
		"a kid that is a path":                     eu.token(header().with("kid", "../eu-1").json(t), c),
		"a kid that is a file":                     hs256(nil, header().with("alg", "HS256").with("kid", "../../../../dev/null").json(t), c),
		"a kid that is SQL":                        hs256([]byte("x"), header().with("alg", "HS256").with("kid", "x' UNION SELECT 'x'--").json(t), c),
		"a kid with a NUL":                         eu.token(header().with("kid", "eu-1\x00").json(t), c),
		"no typ":                                   eu.token(header().without("typ").json(t), c),
		"typ JWT, as another kind of token has":    eu.token(header().with("typ", "JWT").json(t), c),
		"crit":                                     eu.token(header().with("crit", []string{"exp"}).json(t), c),
		"an empty crit":                            eu.token(header().with("crit", []string{}).json(t), c),
		"a crit of null":                           eu.token(header().with("crit", nil).json(t), c),
		"jku, where the keys are to be fetched":    stolen.token(header().with("jku", "https://evil.example/keys").json(t), c),
		"jwk, the key to check with":               stolen.token(header().with("jwk", stolen.public()).json(t), c),
		"x5u over a good signature":                eu.token(header().with("x5u", "https://evil.example/cert").json(t), c),
		"x5c over a good signature":                eu.token(header().with("x5c", []string{"MII"}).json(t), c),
		"jku over a good signature":                eu.token(header().with("jku", "https://evil.example/keys").json(t), c),
		"jwk over a good signature":                eu.token(header().with("jwk", eu.public()).json(t), c),
		"a header that says kid twice":             eu.token(`{"alg":"EdDSA","typ":"at+jwt","kid":"x","kid":"eu-1"}`, c),
		"a header that says alg twice":             eu.token(`{"alg":"none","typ":"at+jwt","kid":"eu-1","alg":"EdDSA"}`, c),
		"a header that is a list":                  eu.token(`[]`, c),
		"a header that is null":                    eu.token(`null`, c),
		"claims that are null":                     eu.token(h, `null`),
		"claims that are a list":                   eu.token(h, `[]`),
		"claims and something after":               eu.token(h, c+"{}"),
		"claims of another token":                  parts[0] + "." + b64url.EncodeToString([]byte(claims().with("sub", sessionID).json(t))) + "." + parts[2],
		"a signature cut by one":                   good[:len(good)-1],
		"bits behind the signature's end":          trailing,
		"padding behind the signature":             good + "==",
		"a line break in the signature":            good[:len(good)-10] + "\n" + good[len(good)-10:],
		"a line break in the claims":               parts[0] + "." + parts[1][:10] + "\r\n" + parts[1][10:] + "." + parts[2],
		"a line break at the end":                  good + "\n",
		"a space before":                           " " + good,
		"the other base64 alphabet":                parts[0] + "." + parts[1] + "." + strings.NewReplacer("-", "+", "_", "/").Replace(parts[2]) + "+",
		"a token in a token":                       b64url.EncodeToString([]byte(good)),
		"a megabyte of dots":                       strings.Repeat(".", 1<<20),
		"10,000 lists in the claims":               eu.token(h, strings.Repeat("[", 10_000)),
		"a private claim nested 10,000 times":      eu.token(h, `{"x":`+strings.Repeat("[", 10_001)+strings.Repeat("]", 10_001)+`}`),
		"broken UTF-8 in place of a token":         "\xff.\xff.\xff",
		"the claims' iss twice":                    eu.token(h, strings.Replace(c, `{`, `{"iss":"evil",`, 1)),
		"sub twice, in another case":               eu.token(h, strings.Replace(c, `{`, `{"SUB":"`+sessionID+`",`, 1)),
		"sub twice, with the long s":               eu.token(h, strings.Replace(c, `{`, `{"ſub":"`+sessionID+`",`, 1)),
		"sub twice, once escaped":                  eu.token(h, strings.Replace(c, `{`, `{"su\u0062":"`+sessionID+`",`, 1)),
		"exp twice, the later one in another case": eu.token(h, strings.Replace(c, `}`, `,"Exp":99999999999}`, 1)),
		"role twice":                               eu.token(h, strings.Replace(c, `{`, `{"role":"admin",`, 1)),
		"claims whose names are in another case":   eu.token(h, strings.Replace(c, `"exp"`, `"EXP"`, 1)),
	}
	for name, token := range tests {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			refuses(t, verifier(t, noon), token)
		})
	}
	t.Run("an HS256 key in the same ring does not lend its method to the others, nor they theirs", func(t *testing.T) {
		t.Parallel()
		v := auth.NewVerifier(ring(t, eu.public(), secretKey("hs", 32)), issuer, at(noon))
		refuses(t, v, hs256(public, header().with("alg", "HS256").json(t), c))
		refuses(t, v, hs256(secret(32), header().with("alg", "HS256").json(t), c))
		refuses(t, v, eu.token(header().with("kid", "hs").json(t), c))
		if _, err := v.Verify(hs256(secret(32), header().with("alg", "HS256").with("kid", "hs").json(t), c)); err != nil {
			t.Errorf("the secret's own token: %v, want no error", err)
		}
	})
}

// D11: a token without exp, or with one that is no number, was good for ever.
func TestD11ClaimsAreRequiredAndJudged(t *testing.T) {
	t.Parallel()
	raw := func(name, value string) object { return claims().with(name, json.RawMessage(value)) }
	tests := map[string]object{
		"no claims at all":                     {},
		"an exp of null":                       raw("exp", "null"),
		"an exp as text":                       claims().with("exp", fmt.Sprint(noon.Add(auth.AccessTTL).Unix())),
		"an exp as a date":                     claims().with("exp", "2026-03-04T12:15:00Z"),
		"an exp of NaN as text":                claims().with("exp", "NaN"),
		"an exp in a list":                     claims().with("exp", []int64{noon.Unix() + 900}),
		"an exp that is true":                  claims().with("exp", true),
		"an exp of 1e300":                      raw("exp", "1e300"),
		"an exp of 1e400, beyond all numbers":  raw("exp", "1e400"),
		"an exp of 2^63":                       raw("exp", "9223372036854775808"),
		"a negative exp":                       raw("exp", "-1"),
		"an exp of -1e300":                     raw("exp", "-1e300"),
		"an exp in milliseconds":               claims().with("exp", noon.Add(auth.AccessTTL).UnixMilli()),
		"an exp one second over 15 minutes":    claims().with("exp", noon.Add(auth.AccessTTL).Unix()+1),
		"15 minutes stretched by an early iat": claims().with("iat", noon.Unix()-1),
		"an iat as text":                       claims().with("iat", fmt.Sprint(noon.Unix())),
		"an iat in the future":                 claims().with("iat", noon.Unix()+6),
		"an iat of 1e300":                      raw("iat", "1e300"),
		"an nbf as text":                       claims().with("nbf", fmt.Sprint(noon.Unix())),
		"an nbf in the future":                 claims().with("nbf", noon.Unix()+6),
		"another issuer":                       claims().with("iss", "https://evil.example"),
		"the issuer with a slash":              claims().with("iss", issuer.Name+"/"),
		"an issuer that is a list":             claims().with("iss", []string{issuer.Name}),
		"the issuer of another region":         claims().with("iss", "https://lyceum.example/us"),
		"another audience":                     claims().with("aud", []string{"other"}),
		"no audience in the list":              claims().with("aud", []string{}),
		"an audience of numbers":               claims().with("aud", []int{1}),
		"a sub that is no id":                  claims().with("sub", "me"),
		"a sub that is a number":               claims().with("sub", 1),
		"an empty sub":                         claims().with("sub", ""),
		"a sub of another record's key":        claims().with("sub", "USER#"+userID),
		"a sid that is no id":                  claims().with("sid", "x"),
		"an empty jti":                         claims().with("jti", ""),
		"a role that is a list":                claims().with("role", []string{"admin"}),
	}
	for _, name := range []string{"exp", "iat", "nbf", "iss", "aud", "sub", "sid", "jti"} {
		tests["no "+name] = claims().without(name)
	}
	for name, c := range tests {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			refuses(t, verifier(t, noon), eu.token(header().json(t), c.json(t)))
		})
	}
	t.Run("a role nobody knows, or none, is a learner", func(t *testing.T) {
		t.Parallel()
		for _, c := range []object{claims().with("role", "root"), claims().without("role")} {
			if got, err := verifier(t, noon).Verify(eu.token(header().json(t), c.json(t))); err != nil || got.Role != domain.Learner {
				t.Errorf("got %v, %v; want a learner", got.Role, err)
			}
		}
	})
	t.Run("a token is good from 5 seconds before its time, for clocks that differ, to its end and no moment longer", func(t *testing.T) {
		t.Parallel()
		token, end := eu.token(header().json(t), claims().json(t)), noon.Add(auth.AccessTTL)
		for when, want := range map[time.Time]bool{
			noon.Add(-5*time.Second - 1): false, noon.Add(-5 * time.Second): true, noon: true, end.Add(-1): true, end: false,
			end.Add(time.Second): false, end.Add(time.Hour): false, {}: false,
		} {
			if _, err := verifier(t, when).Verify(token); (err == nil) != want {
				t.Errorf("at %v: %v, want good: %v", when, err, want)
			}
		}
	})
}

func TestRegionsDoNotTrustEachOther(t *testing.T) {
	t.Parallel()
	us := newKey("us-1", 3)
	t.Run("a token of one region is not valid in another that has neither its key nor its issuer", func(t *testing.T) {
		t.Parallel()
		token := us.token(header().with("kid", "us-1").json(t), claims().with("iss", "https://lyceum.example/us").json(t))
		refuses(t, verifier(t, noon), token)
	})
	t.Run("nor with its key alone", func(t *testing.T) {
		t.Parallel()
		both := auth.NewVerifier(ring(t, eu.public(), us.public()), issuer, at(noon))
		refuses(t, both, us.token(header().with("kid", "us-1").json(t), claims().with("iss", "https://lyceum.example/us").json(t)))
	})
	t.Run("regions that share issuer and keys take each other's tokens", func(t *testing.T) {
		t.Parallel()
		both := auth.NewVerifier(ring(t, eu.public(), us.public()), issuer, at(noon))
		if _, err := both.Verify(us.token(header().with("kid", "us-1").json(t), claims().json(t))); err != nil {
			t.Error(err)
		}
	})
}

// Whatever is wrong with a token, it is ErrToken; and only the signer's own bytes are good.
func FuzzVerify(f *testing.F) {
	good := eu.token(header().json(f), claims().json(f))
	f.Add(good)
	f.Add(eu.token(header().json(f), `{}`))
	f.Add("..")
	f.Add(eu.token(`{"alg":"EdDSA","typ":"at+jwt","kid":"eu-1","crit":[]}`, `null`))
	v := verifier(f, noon)
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := v.Verify(token); !errors.Is(err, auth.ErrToken) && token != good {
			t.Errorf("Verify(%q): %v, want ErrToken", token, err)
		}
	})
}

// The same for what a holder of the key could be made to sign.
func FuzzVerifySigned(f *testing.F) {
	f.Add(header().json(f), claims().json(f))
	f.Add(header().json(f), strings.Replace(claims().json(f), "{", `{"EXP":1e300,`, 1))
	v := verifier(f, noon)
	f.Fuzz(func(t *testing.T, header, claims string) {
		caller, err := v.Verify(eu.token(header, claims))
		if err != nil {
			if !errors.Is(err, auth.ErrToken) || caller != (domain.Caller{}) {
				t.Errorf("%s %s: %+v, %v; want ErrToken", header, claims, caller, err)
			}
			return
		}
		var got struct{ Exp, Iat, Nbf float64 }
		if err := json.Unmarshal([]byte(claims), &got); err != nil || got.Exp-got.Iat >= 901 || got.Exp <= float64(noon.Unix()) || got.Nbf > float64(noon.Unix())+6 {
			t.Errorf("%s %s is good: %+v, %v", header, claims, got, err)
		}
	})
}
