package platform

import (
	"errors"
	"net/url"

	"lyceum/shared/auth"
	"lyceum/shared/dynamo"
)

// Certificates keeps certificates in LEARNING_TABLE.
func (e *Env) Certificates() dynamo.Certificates {
	return dynamo.Certificates{Table: e.Table("LEARNING_TABLE")}
}

// credentials name the issuer of certificates: the API's public URL in API_BASE_URL, and the deployment's name.
func (e *Env) credentials() auth.Credentials {
	base := e.Var("API_BASE_URL")
	if u, err := url.Parse(base); err != nil || u.Host == "" || u.Path != "" || u.Scheme != "https" && u.Scheme != "http" {
		e.fail("API_BASE_URL", errors.New("must be a URL without a path, such as https://api.example.org"))
	}
	return auth.Credentials{Base: base, Name: e.Var("TOKEN_ISSUER")}
}

// Certifier signs certificates with the Ed25519 key in SIGNING_KEYS.
func (e *Env) Certifier() *auth.Certifier {
	ring, err := auth.ParseKeyRing(e.Var("SIGNING_KEYS"))
	var certifier *auth.Certifier
	if err == nil {
		certifier, err = auth.NewCertifier(ring, e.credentials())
	}
	return must(e, "SIGNING_KEYS", certifier, err)
}

// CredentialVerifier checks certificates by the keys that were kept of those who signed them.
func (e *Env) CredentialVerifier() auth.CredentialVerifier {
	return auth.CredentialVerifier{Keys: e.Certificates(), Now: e.Now}
}
