package auth_test

import (
	"testing"

	"lyceum/shared/auth"
)

// BenchmarkVerify checks an access token, as every request with one does.
func BenchmarkVerify(b *testing.B) {
	v, token := verifier(b, noon), good.Token()
	for b.Loop() {
		if _, err := v.Verify(token); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMatches checks a wrong password against a hash of each format, and against none, as for an address without an account.
func BenchmarkMatches(b *testing.B) {
	wrong := entered(b, "wrong horse battery")
	for _, hash := range []struct{ name, stored string }{
		{"argon2id", phcArgon}, {"none", ""}, {"webcrypto-pbkdf2", bare}, {"pbkdf2-sha256_of_600,000", phc600k},
	} {
		b.Run(hash.name, func(b *testing.B) {
			for b.Loop() {
				if right, err := auth.DefaultCost.Matches(wrong, hash.stored); right || err != nil {
					b.Fatal(right, err)
				}
			}
		})
	}
}
