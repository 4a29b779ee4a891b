package auth

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The formats of stored hashes, by their names in docs/IMPORT.md. New hashes are argon2id; the others come from imports and last until
// their owners' next sign-in.
const (
	FormatArgon2id = "argon2id"         // PHC string, as Argon2id.Hash makes it
	FormatPBKDF2   = "pbkdf2-sha256"    // PHC string: $pbkdf2-sha256$i=600000$salt$sum, salt and sum in base64 without padding
	FormatBare     = "webcrypto-pbkdf2" // standard base64 of a salt of 16 bytes and a sum of 32, made by 100,000 iterations
)

// HashFormat names the format of a stored hash. It fails for what Matches could not check.
func HashFormat(stored string) (string, error) {
	if strings.HasPrefix(stored, "$"+FormatArgon2id+"$") {
		_, _, _, err := parsePHC(stored)
		return FormatArgon2id, err
	}
	h, err := parsePBKDF2(stored)
	return h.format, err
}

// Outdated tells whether a hash that was checked should give way to one that c makes.
func (c Argon2id) Outdated(stored string) bool {
	cost, salt, sum, err := parsePHC(stored)
	return err != nil || cost != c || len(salt) < saltBytes || len(sum) < hashBytes
}

// pbkdf2Hash is PBKDF2 with HMAC-SHA-256 (RFC 8018). It was made elsewhere, of the password's UTF-8 as it was typed: there, nobody
// knew of NFKC.
type pbkdf2Hash struct {
	format     string
	iterations int
	salt, sum  []byte
}

// limits of what is computed: the most takes below a second on a whole vCPU.
const (
	bareIterations = 100_000
	minIterations  = 1000
	maxIterations  = 2_000_000
)

var errForeign = errors.New("stored hash is in no known format")

func (h pbkdf2Hash) matches(p Password) (bool, error) {
	got, err := pbkdf2.Key(sha256.New, p.typed(), h.salt, h.iterations, len(h.sum))
	return err == nil && subtle.ConstantTimeCompare(got, h.sum) == 1, err
}

// parsePBKDF2 reads either form, each in its one spelling.
func parsePBKDF2(stored string) (pbkdf2Hash, error) {
	if !strings.HasPrefix(stored, "$") {
		return parseBare(stored)
	}
	parts := strings.Split(stored, "$")
	if len(parts) != 5 || parts[1] != FormatPBKDF2 {
		return pbkdf2Hash{}, errForeign
	}
	count, named := strings.CutPrefix(parts[2], "i=")
	iterations, err := strconv.Atoi(count)
	if !named || err != nil || iterations < minIterations || iterations > maxIterations {
		return pbkdf2Hash{}, fmt.Errorf("stored hash: iterations must be i=%d to i=%d", minIterations, maxIterations)
	}
	salt, saltErr := b64.DecodeString(parts[3])
	sum, sumErr := b64.DecodeString(parts[4])
	if saltErr != nil || sumErr != nil || len(salt) < 8 || len(salt) > 64 || len(sum) < 16 || len(sum) > 64 {
		return pbkdf2Hash{}, errors.New("stored hash has an unreadable salt or sum")
	}
	if fmt.Sprintf("$%s$i=%d$%s$%s", FormatPBKDF2, iterations, b64.EncodeToString(salt), b64.EncodeToString(sum)) != stored {
		return pbkdf2Hash{}, errForeign
	}
	return pbkdf2Hash{FormatPBKDF2, iterations, salt, sum}, nil
}

func parseBare(stored string) (pbkdf2Hash, error) {
	all, err := base64.StdEncoding.DecodeString(stored)
	if err != nil || len(all) != saltBytes+hashBytes || base64.StdEncoding.EncodeToString(all) != stored {
		return pbkdf2Hash{}, errForeign
	}
	return pbkdf2Hash{FormatBare, bareIterations, all[:saltBytes], all[saltBytes:]}, nil
}
