package domain

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"lyceum/shared/domain/fault"
)

// Email is a mail address in the one form that is stored, compared and claimed: lower case, NFC, the domain in Unicode.
type Email struct{ s string }

// ErrEmail is returned for text that is not a mail address. It does not repeat the text.
var ErrEmail = fault.New(fault.Invalid, "user.email_invalid", "must be a mail address like name@example.org, at most 254 characters")

// domainRules are UTS #46 for look-up with every check on: labels of letters, digits and hyphens, 63 bytes each, 253 in all.
var domainRules = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.ValidateLabels(true), idna.VerifyDNSLength(true))

// ParseEmail accepts dot-atom addresses (RFC 5321, 5322) and their international form (RFC 6531): no quoted local parts, no
// address literals, no comments. Case and Unicode spelling do not matter: Ana@EXAMPLE.org and ana@example.org are one address.
func ParseEmail(text string) (Email, error) {
	if len(text) > 1024 {
		return Email{}, ErrEmail
	}
	text = strings.TrimSpace(text)
	at := strings.LastIndexByte(text, '@')
	if at < 0 {
		return Email{}, ErrEmail
	}
	local := norm.NFC.String(strings.ToLower(norm.NFC.String(text[:at])))
	if !isDotAtom(local) {
		return Email{}, ErrEmail
	}
	ascii, err := domainRules.ToASCII(text[at+1:])
	if err != nil || !hasTopLevel(ascii) || len(local)+1+len(ascii) > 254 {
		return Email{}, ErrEmail
	}
	domain, err := domainRules.ToUnicode(ascii)
	if err != nil || len(local)+1+len(domain) > 254 {
		return Email{}, ErrEmail
	}
	return Email{local + "@" + domain}, nil
}

// Reasons to refuse an address that mail must reach.
var (
	ErrEmailLocal  = fault.New(fault.Invalid, "user.email_not_ascii", "must have plain letters, digits and signs before the @: our mail does not reach other addresses")
	ErrEmailDomain = fault.New(fault.Invalid, "user.email_domain_unreachable", "must not end in a name that only one machine or network knows")
)

// privateTopLevels are special-use names that no mail server of the Internet delivers to (RFC 6761,
// 6762, 7686, 9476 and ICANN's .internal).
var privateTopLevels = []string{"alt", "internal", "invalid", "local", "localhost", "onion"}

// ParseReachable is ParseEmail for an address that a mail is about to be sent to. Those that exist
// keep working at the login, whatever they are.
func ParseReachable(text string) (Email, error) {
	email, err := ParseEmail(text)
	if err != nil {
		return Email{}, err
	}
	ascii, err := email.ASCII()
	switch {
	case err != nil:
		return Email{}, ErrEmailLocal
	case slices.Contains(privateTopLevels, ascii[strings.LastIndexByte(ascii, '.')+1:]):
		return Email{}, ErrEmailDomain
	}
	return email, nil
}

// RestoreEmail is for stores: a stored address is not judged again by rules that may have become stricter.
func RestoreEmail(s string) Email { return Email{s} }

// String is the normal form.
func (e Email) String() string { return e.s }

// ASCII is the address as mail servers without SMTPUTF8 (RFC 6531) take it, its domain in Punycode. ErrUndeliverable when what stands
// before the at sign is not ASCII: of that there is no such form.
func (e Email) ASCII() (string, error) {
	at := strings.LastIndexByte(e.s, '@')
	if at < 0 || strings.ContainsFunc(e.s[:at], func(r rune) bool { return r >= 0x80 }) {
		return "", ErrUndeliverable
	}
	ascii, err := domainRules.ToASCII(e.s[at+1:])
	if err != nil {
		return "", ErrUndeliverable
	}
	return e.s[:at+1] + ascii, nil
}

func isDotAtom(local string) bool {
	if len(local) == 0 || len(local) > 64 {
		return false
	}
	for _, atom := range strings.Split(local, ".") {
		if atom == "" {
			return false
		}
		for _, r := range atom {
			if !isAtomRune(r) {
				return false
			}
		}
	}
	return true
}

// isAtomRune is RFC 5321 atext; above ASCII only letters, marks and digits, so no invisible or bidirectional controls.
func isAtomRune(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
	}
	return unicode.In(r, unicode.Letter, unicode.Mark, unicode.Nd) && !isInvisible(r)
}

// hasTopLevel wants at least two labels and a last one that is not a number (RFC 3696 section 2).
func hasTopLevel(ascii string) bool {
	dot := strings.LastIndexByte(ascii, '.')
	return dot > 0 && len(ascii)-dot > 2 && strings.Trim(ascii[dot+1:], "0123456789") != ""
}
