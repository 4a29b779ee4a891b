package domain

import (
	"context"

	"lyceum/shared/domain/fault"
)

// Message is one mail to one person; text and HTML say the same.
type Message struct {
	To      Email
	Subject string // one line
	Text    string
	HTML    string
}

// ErrUndeliverable is returned of an address that no mail can be sent to. Trying again does not help.
var ErrUndeliverable = fault.New(fault.Invalid, "mail.undeliverable", "No mail can be sent to this address.")

// Mailer sends mail.
type Mailer interface {
	// Send hands the message over to be delivered; whether it arrives is not known. Calling again sends it again. ErrUndeliverable
	// when the message is refused for good.
	Send(ctx context.Context, message Message) error
}
