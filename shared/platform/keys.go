package platform

import (
	"errors"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
)

func (e *Env) issuer() auth.Issuer {
	return auth.Issuer{Name: e.Var("TOKEN_ISSUER"), Audience: e.Var("TOKEN_AUDIENCE")}
}

// VerifyingKeys are the keys in VERIFYING_KEYS, by which access tokens are checked.
func (e *Env) VerifyingKeys() *auth.KeyRing {
	ring, err := auth.ParseKeyRing(e.Var("VERIFYING_KEYS"))
	return must(e, "VERIFYING_KEYS", ring, err)
}

// Tokens checks access tokens by themselves, with VerifyingKeys.
func (e *Env) Tokens() *auth.Verifier { return auth.NewVerifier(e.VerifyingKeys(), e.issuer(), e.Now) }

// Verifier checks access tokens and that their sessions stand.
func (e *Env) Verifier() auth.Guard { return auth.Guard{Tokens: e.Tokens(), Sessions: e.Sessions()} }

// StaffVerifier checks callers' roles too, for routes that need one, as this region's replica has
// them.
func (e *Env) StaffVerifier() auth.Guard {
	return auth.Guard{Tokens: e.Tokens(), Sessions: e.Sessions(), Roles: e.Accounts()}
}

// AdminVerifier checks callers' roles where they are decided, for routes that need an admin.
func (e *Env) AdminVerifier() auth.Guard {
	return auth.Guard{Tokens: e.Tokens(), Sessions: e.Sessions(), Roles: e.Accounts().AtHome()}
}

// Sessions keeps sign-ins in EPHEMERAL_TABLE.
func (e *Env) Sessions() dynamo.Sessions {
	return dynamo.Sessions{Table: e.Table("EPHEMERAL_TABLE"), Now: e.Now}
}

// SignIn opens sessions with the private keys in SIGNING_KEYS and REFRESH_KEY, which only functions that sign are given.
func (e *Env) SignIn() auth.SignIn {
	in := auth.SignIn{Sessions: e.Sessions(), Region: e.Region(), Longest: e.longestSession(), Now: e.Now, Random: e.Random}
	ring, err := auth.ParseKeyRing(e.Var("SIGNING_KEYS"))
	if err == nil {
		in.Signer, err = auth.NewSigner(ring, e.issuer())
	}
	in = must(e, "SIGNING_KEYS", in, err)
	refresh, err := auth.NewRefreshKey(e.Var("REFRESH_KEY"))
	in.Refresh = must(e, "REFRESH_KEY", refresh, err)
	return in
}

// longestSession is SESSION_DAYS.
func (e *Env) longestSession() time.Duration {
	days := e.Number("SESSION_DAYS")
	if days < 1 || days > 90 {
		e.fail("SESSION_DAYS", errors.New("must be 1 to 90"))
	}
	return time.Duration(days) * 24 * time.Hour
}

// Cursors signs list positions with the key in CURSOR_KEY.
func (e *Env) Cursors() *httpapi.Cursors {
	cursors, err := httpapi.NewCursors(e.Var("CURSOR_KEY"))
	return must(e, "CURSOR_KEY", cursors, err)
}
