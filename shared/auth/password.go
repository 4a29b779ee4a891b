package auth

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"lyceum/shared/domain/fault"
)

// Password is a secret in clear text, in NFKC so that keyboards do not matter, and as it was typed, for hashes made elsewhere. It prints
// as asterisks, and as an address where fmt asks no method: under %p and within private fields.
type Password struct{ clear, raw *string }

// Reasons to refuse a password.
var (
	ErrPassword      = fault.New(fault.Invalid, "auth.password_invalid", "must have 8 to 1024 characters") // the length is wrong
	ErrWrongPassword = fault.New(fault.Invalid, "auth.password_wrong", "is wrong")                         // it is not the account's
	ErrSamePassword  = fault.New(fault.Invalid, "auth.password_same", "is the current one")                // instead of a new one
)

// Lengths of new passwords in characters (code points) of the normal form, as NIST SP 800-63B-4
// counts.
const (
	minPassword = 8
	maxPassword = 1024
)

// ParsePassword is for new passwords. It checks the length alone (NIST SP 800-63B-4: no composition rules); RefuseCommon comes after it.
func ParsePassword(text string) (Password, error) {
	p, err := EnteredPassword(text)
	if err != nil {
		return Password{}, err
	}
	if n := utf8.RuneCountInString(*p.clear); n < minPassword || n > maxPassword {
		return Password{}, ErrPassword
	}
	return p, nil
}

// EnteredPassword is for a password that must be the account's: 1 to 1024 characters as typed. The
// rule for new ones does not hold, since an imported account may be older than it.
func EnteredPassword(text string) (Password, error) {
	if text == "" || utf8.RuneCountInString(text) > maxPassword {
		return Password{}, ErrPassword
	}
	clear := norm.NFKC.String(text)
	return Password{&clear, &text}, nil
}

func (p Password) bytes() []byte {
	if p.clear == nil {
		return nil
	}
	return []byte(*p.clear)
}

func (p Password) typed() string {
	if p.raw == nil {
		return ""
	}
	return *p.raw
}

// String never tells the password.
func (Password) String() string { return "********" }

// Format never tells it either, under no verb.
func (p Password) Format(f fmt.State, _ rune) { io.WriteString(f, p.String()) }

// Argon2id is a cost. Defaults are OWASP's minimum for argon2id (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane.
type Argon2id struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// DefaultCost takes about 20 ms on a whole vCPU.
var DefaultCost = Argon2id{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1}

const (
	saltBytes = 16
	hashBytes = 32
)

// limits of what is computed: neither a stored hash nor a configuration can exhaust or crash the function.
const (
	maxMemoryKiB = 256 * 1024
	maxPasses    = 16
)

func (c Argon2id) check() error {
	if c.MemoryKiB == 0 || c.MemoryKiB > maxMemoryKiB || c.Passes == 0 || c.Passes > maxPasses || c.Lanes == 0 {
		return fmt.Errorf("argon2id parameters are out of bounds")
	}
	return nil
}

var b64 = base64.RawStdEncoding.Strict()

// Hash makes a PHC string with a fresh salt: $argon2id$v=19$m=19456,t=2,p=1$salt$hash. It fails if random does or the cost is out of bounds.
func (c Argon2id) Hash(p Password, random io.Reader) (string, error) {
	if err := c.check(); err != nil {
		return "", err
	}
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", err
	}
	return c.format(salt, argon2.IDKey(p.bytes(), salt, c.Passes, c.MemoryKiB, c.Lanes, hashBytes)), nil
}

func (c Argon2id) format(salt, hash []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.MemoryKiB, c.Passes, c.Lanes, b64.EncodeToString(salt), b64.EncodeToString(hash))
}

// Matches tells whether the password made the stored hash, of any format; the time does not tell where they differ. For "" (no such
// account) it spends the time of a real check at cost c and says no. A hash of another format or cost takes its own time, so that until
// its upgrade an account can be told from none: a check of FormatBare takes about as long as one at DefaultCost, FormatPBKDF2 of 600,000
// iterations five times as long.
func (c Argon2id) Matches(p Password, stored string) (bool, error) {
	if stored == "" {
		if err := c.check(); err != nil {
			return false, err
		}
		argon2.IDKey(p.bytes(), make([]byte, saltBytes), c.Passes, c.MemoryKiB, c.Lanes, hashBytes)
		return false, nil
	}
	if !strings.HasPrefix(stored, "$"+FormatArgon2id+"$") {
		h, err := parsePBKDF2(stored)
		if err != nil {
			return false, err
		}
		return h.matches(p)
	}
	cost, salt, want, err := parsePHC(stored)
	if err != nil {
		return false, err
	}
	got := argon2.IDKey(p.bytes(), salt, cost.Passes, cost.MemoryKiB, cost.Lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// parsePHC accepts exactly what format makes.
func parsePHC(phc string) (cost Argon2id, salt, hash []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return cost, nil, nil, fmt.Errorf("stored hash is not an argon2id PHC string")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.MemoryKiB, &cost.Passes, &cost.Lanes); err != nil {
		return cost, nil, nil, fmt.Errorf("stored hash has unreadable parameters")
	}
	if err := cost.check(); err != nil {
		return cost, nil, nil, fmt.Errorf("stored hash: %w", err)
	}
	salt, saltErr := b64.DecodeString(parts[4])
	hash, hashErr := b64.DecodeString(parts[5])
	if saltErr != nil || hashErr != nil || len(salt) < 8 || len(hash) < 16 || len(hash) > 64 {
		return cost, nil, nil, fmt.Errorf("stored hash has an unreadable salt or sum")
	}
	if cost.format(salt, hash) != phc {
		return cost, nil, nil, fmt.Errorf("stored hash is not in the form written here")
	}
	return cost, salt, hash, nil
}
