package platform

import (
	"lyceum/shared/auth"
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
)

func (e *Env) issuer() auth.Issuer {
	return auth.Issuer{Name: e.Var("TOKEN_ISSUER"), Audience: e.Var("TOKEN_AUDIENCE")}
}

// Verifier checks access tokens with the public keys in VERIFYING_KEYS.
func (e *Env) Verifier() *auth.Verifier {
	ring, err := auth.ParseKeyRing(e.Var("VERIFYING_KEYS"))
	return auth.NewVerifier(must(e, "VERIFYING_KEYS", ring, err), e.issuer(), e.Now)
}

// SignIn opens sessions with the private keys in SIGNING_KEYS, which only functions that sign are given.
func (e *Env) SignIn() auth.SignIn {
	in := auth.SignIn{Sessions: dynamo.Sessions{Table: e.Table("EPHEMERAL_TABLE")}, Now: e.Now, Random: e.Random}
	ring, err := auth.ParseKeyRing(e.Var("SIGNING_KEYS"))
	if err == nil {
		in.Signer, err = auth.NewSigner(ring, e.issuer())
	}
	return must(e, "SIGNING_KEYS", in, err)
}

// Cursors signs list positions with the key in CURSOR_KEY.
func (e *Env) Cursors() *httpapi.Cursors {
	cursors, err := httpapi.NewCursors(e.Var("CURSOR_KEY"))
	return must(e, "CURSOR_KEY", cursors, err)
}
