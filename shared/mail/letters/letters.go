// Package letters holds what the mails say, in English, as text and as HTML. A letter is one file of templates/: its parts are subject,
// text and html. Only the functions that write mails link it.
package letters

import (
	"embed"
	"errors"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"

	"lyceum/shared/domain"
)

//go:embed templates
var files embed.FS

// Kind is one letter.
type Kind struct {
	name string
	by   cause
}

// cause is who can make a letter be sent.
type cause int

const (
	owner    cause = iota // of the account, or who has its password or a session
	anybody               // who knows the address
	verifier              // anybody, and the letter's link shows that its reader reads the address's mail
)

// The letters.
var (
	Welcome         = Kind{"welcome", verifier}        // to a new user, with the link that verifies the address
	Verification    = Kind{"verification", verifier}   // the same link once more
	Reset           = Kind{"reset", verifier}          // the link to a new password, which verifies the address too
	PasswordChanged = Kind{"password-changed", owner}  // notice
	ChangeConfirm   = Kind{"change-confirm", verifier} // to the new address, with the link that makes it the user's
	ChangeRequested = Kind{"change-requested", owner}  // notice to the address that the user has
	AddressTaken    = Kind{"address-taken", anybody}   // notice to the owner of an address that another account asked for
	RoleChanged     = Kind{"role-changed", owner}      // notice
	EmailChanged    = Kind{"email-changed", owner}     // notice to the address that the user had
)

// Write makes a letter to an address. name is how its reader is called; leave it out where the reader may be a stranger to whoever chose
// it, so that nobody sends words of their own through this system. link is what the letter asks to open, if it asks.
func (k Kind) Write(to domain.Email, name domain.Username, link string) (domain.Message, error) {
	letter := "templates/" + k.name + ".tmpl"
	text, textErr := texttemplate.ParseFS(files, letter)
	html, htmlErr := htmltemplate.ParseFS(files, "templates/frame.html", letter)
	if err := errors.Join(textErr, htmlErr); err != nil {
		return domain.Message{}, err
	}
	data := struct{ Name, Link string }{name.String(), link}
	var subject, plain, rich strings.Builder
	err := errors.Join(text.ExecuteTemplate(&subject, "subject", nil), // constant: nobody's words get into a header
		text.ExecuteTemplate(&plain, "text", data), html.ExecuteTemplate(&rich, "frame.html", data))
	return domain.Message{To: to, Subject: subject.String(), Text: strings.TrimSpace(plain.String()) + "\n", HTML: rich.String()}, err
}
