package forged

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"strings"
)

// Tokens are those with a forged header, signature or form, by what is wrong with them.
func (g Good) Tokens() map[string]string {
	tokens := g.keys()
	maps.Copy(tokens, g.forms())
	return tokens
}

// keys misuse alg, kid, and the headers that name or bring a key.
func (g Good) keys() map[string]string {
	head, h, c := g.Header(), g.Header().JSON(), g.Claims().JSON()
	public := g.Key.Public().(ed25519.PublicKey)
	unsigned := func(alg string) string { return encode(head.With("alg", alg).JSON()) + "." + encode(c) + "." }
	return map[string]string{
		"alg none":                               unsigned("none"),
		"alg None":                               unsigned("None"),
		"alg nOnE with a signature":              Sign(g.Key, head.With("alg", "nOnE").JSON(), c),
		"no alg":                                 Sign(g.Key, head.Without("alg").JSON(), c),
		"alg as a list":                          Sign(g.Key, head.With("alg", []string{"EdDSA"}).JSON(), c),
		"HS256 keyed with the public key":        HS256(public, head.With("alg", "HS256").JSON(), c),
		"HS256 keyed with the public key's text": HS256([]byte(encode(string(public))), head.With("alg", "HS256").JSON(), c),
		"HS256 keyed with the public key as PEM": HS256(pemOf(public), head.With("alg", "HS256").JSON(), c),
		"HS256 keyed with nothing":               HS256(nil, head.With("alg", "HS256").JSON(), c),
		"RS256 named over a good signature":      Sign(g.Key, head.With("alg", "RS256").JSON(), c),
		"another key under a good kid":           Sign(stolen, h, c),
		"an unknown kid":                         Sign(g.Key, head.With("kid", g.KeyID+"9").JSON(), c),
		"no kid":                                 Sign(g.Key, head.Without("kid").JSON(), c),
		"an empty kid":                           Sign(g.Key, head.With("kid", "").JSON(), c),
		"a kid that is a number":                 Sign(g.Key, head.With("kid", 1).JSON(), c),
		"a kid that is a path":                   Sign(g.Key, head.With("kid", "../"+g.KeyID).JSON(), c),
		"a kid that is a file":                   HS256(nil, head.With("alg", "HS256").With("kid", "../../../../dev/null").JSON(), c),
		"a kid that is SQL":                      HS256([]byte("x"), head.With("alg", "HS256").With("kid", "x' UNION SELECT 'x'--").JSON(), c),
		"a kid with a NUL":                       Sign(g.Key, head.With("kid", g.KeyID+"\x00").JSON(), c),
		"no typ":                                 Sign(g.Key, head.Without("typ").JSON(), c),
		"typ JWT, as another kind of token has":  Sign(g.Key, head.With("typ", "JWT").JSON(), c),
		"crit":                                   Sign(g.Key, head.With("crit", []string{"exp"}).JSON(), c),
		"an empty crit":                          Sign(g.Key, head.With("crit", []string{}).JSON(), c),
		"a crit of null":                         Sign(g.Key, head.With("crit", nil).JSON(), c),
		"jku, where the keys are to be fetched":  Sign(stolen, head.With("jku", "https://evil.example/keys").JSON(), c),
		"jwk, the key to check with":             Sign(stolen, head.With("jwk", JWK(g.KeyID, stolen)).JSON(), c),
		"x5u over a good signature":              Sign(g.Key, head.With("x5u", "https://evil.example/cert").JSON(), c),
		"x5c over a good signature":              Sign(g.Key, head.With("x5c", []string{"MII"}).JSON(), c),
		"jku over a good signature":              Sign(g.Key, head.With("jku", "https://evil.example/keys").JSON(), c),
		"jwk over a good signature":              Sign(g.Key, head.With("jwk", JWK(g.KeyID, g.Key)).JSON(), c),
		"a header that says kid twice":           Sign(g.Key, twice(h, `"kid":"x"`), c),
		"a header that says alg twice":           Sign(g.Key, twice(h, `"alg":"none"`), c),
	}
}

// forms are no JWS of three parts in strict base64url, or no JSON objects in it that say each thing once.
func (g Good) forms() map[string]string {
	h, c, good := g.Header().JSON(), g.Claims().JSON(), g.Token()
	parts := strings.Split(good, ".")
	// The last character of 64 bytes in base64 carries two bits of data and four that must be 0.
	trailing := good[:len(good)-1] + string(good[len(good)-1]+1)
	return map[string]string{
		"nothing":                                  "",
		"dots":                                     "..",
		"words":                                    "not.a.token",
		"two parts":                                parts[0] + "." + parts[1],
		"five parts, as an encrypted token has":    good + ".x.y",
		"an empty signature":                       parts[0] + "." + parts[1] + ".",
		"a header that is a list":                  Sign(g.Key, `[]`, c),
		"a header that is null":                    Sign(g.Key, `null`, c),
		"claims that are null":                     Sign(g.Key, h, `null`),
		"claims that are a list":                   Sign(g.Key, h, `[]`),
		"claims and something after":               Sign(g.Key, h, c+"{}"),
		"claims of another token":                  parts[0] + "." + encode(g.Claims().With("sub", g.Session).JSON()) + "." + parts[2],
		"a signature cut by one":                   good[:len(good)-1],
		"bits behind the signature's end":          trailing,
		"padding behind the signature":             good + "==",
		"a line break in the signature":            good[:len(good)-10] + "\n" + good[len(good)-10:],
		"a line break in the claims":               parts[0] + "." + parts[1][:10] + "\r\n" + parts[1][10:] + "." + parts[2],
		"a line break at the end":                  good + "\n",
		"a space before":                           " " + good,
		"the other base64 alphabet":                parts[0] + "." + parts[1] + "." + strings.NewReplacer("-", "+", "_", "/").Replace(parts[2]) + "+",
		"a token in a token":                       encode(good),
		"a megabyte of dots":                       strings.Repeat(".", 1<<20),
		"10,000 lists in the claims":               Sign(g.Key, h, strings.Repeat("[", 10_000)),
		"a private claim nested 10,000 times":      Sign(g.Key, h, `{"x":`+strings.Repeat("[", 10_001)+strings.Repeat("]", 10_001)+`}`),
		"broken UTF-8 in place of a token":         "\xff.\xff.\xff",
		"the claims' iss twice":                    Sign(g.Key, h, twice(c, `"iss":"evil"`)),
		"sub twice, in another case":               Sign(g.Key, h, twice(c, `"SUB":"`+g.Session+`"`)),
		"sub twice, with the long s":               Sign(g.Key, h, twice(c, `"ſub":"`+g.Session+`"`)),
		"sub twice, once escaped":                  Sign(g.Key, h, twice(c, `"su\u0062":"`+g.Session+`"`)),
		"exp twice, the later one in another case": Sign(g.Key, h, strings.Replace(c, `}`, `,"Exp":99999999999}`, 1)),
		"role twice":                               Sign(g.Key, h, twice(c, `"role":"admin"`)),
		"claims whose names are in another case":   Sign(g.Key, h, strings.Replace(c, `"exp"`, `"EXP"`, 1)),
	}
}

// twice puts a member before those of an object, where it gives way to a later one of the same name.
func twice(object, member string) string { return "{" + member + "," + object[1:] }

func pemOf(public ed25519.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}
