package forged

import (
	"encoding/json"
	"fmt"
	"time"

	"lyceum/shared/auth"
)

// BadClaims are tokens of the right key whose claims are missing, malformed or not good now, by what is wrong with them. They are as bad for
// some time after At.
func (g Good) BadClaims() map[string]string {
	claims, end := g.Claims(), g.At.Add(auth.AccessTTL)
	raw := func(name, value string) Object { return claims.With(name, json.RawMessage(value)) }
	objects := map[string]Object{
		"no claims at all":                     {},
		"an exp of null":                       raw("exp", "null"),
		"an exp as text":                       claims.With("exp", fmt.Sprint(end.Unix())),
		"an exp as a date":                     claims.With("exp", end.Format(time.RFC3339)),
		"an exp of NaN as text":                claims.With("exp", "NaN"),
		"an exp in a list":                     claims.With("exp", []int64{g.At.Unix() + 900}),
		"an exp that is true":                  claims.With("exp", true),
		"an exp of 1e300":                      raw("exp", "1e300"),
		"an exp of 1e400, beyond all numbers":  raw("exp", "1e400"),
		"an exp of 2^63":                       raw("exp", "9223372036854775808"),
		"a negative exp":                       raw("exp", "-1"),
		"an exp of -1e300":                     raw("exp", "-1e300"),
		"an exp in milliseconds":               claims.With("exp", end.UnixMilli()),
		"expired for a second":                 claims.With("exp", g.At.Unix()-1).With("iat", g.At.Unix()-901).With("nbf", g.At.Unix()-901),
		"an exp one second over 15 minutes":    claims.With("exp", end.Unix()+1),
		"15 minutes stretched by an early iat": claims.With("iat", g.At.Unix()-1),
		"an iat as text":                       claims.With("iat", fmt.Sprint(g.At.Unix())),
		"an iat a minute ahead":                claims.With("iat", g.At.Unix()+60),
		"an iat of 1e300":                      raw("iat", "1e300"),
		"an nbf as text":                       claims.With("nbf", fmt.Sprint(g.At.Unix())),
		"an nbf a minute ahead":                claims.With("nbf", g.At.Unix()+60),
		"another issuer":                       claims.With("iss", "https://evil.example"),
		"the issuer with a slash":              claims.With("iss", g.Issuer.Name+"/"),
		"an issuer that is a list":             claims.With("iss", []string{g.Issuer.Name}),
		"the issuer of another region":         claims.With("iss", "https://lyceum.example/us"),
		"another audience":                     claims.With("aud", []string{"other"}),
		"no audience in the list":              claims.With("aud", []string{}),
		"an audience of numbers":               claims.With("aud", []int{1}),
		"a sub that is no id":                  claims.With("sub", "me"),
		"a sub that is a number":               claims.With("sub", 1),
		"an empty sub":                         claims.With("sub", ""),
		"a sub of another record's key":        claims.With("sub", "USER#"+g.User),
		"a sid that is no id":                  claims.With("sid", "x"),
		"an empty jti":                         claims.With("jti", ""),
		"a role that is a list":                claims.With("role", []string{"admin"}),
	}
	for _, name := range []string{"exp", "iat", "nbf", "iss", "aud", "sub", "sid", "jti"} {
		objects["no "+name] = claims.Without(name)
	}
	tokens := map[string]string{}
	for name, c := range objects {
		tokens[name] = Sign(g.Key, g.Header().JSON(), c.JSON())
	}
	return tokens
}
