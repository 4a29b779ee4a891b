// Package mail sends mail through Amazon SES. It is the only package that speaks to it; what the mails say stands in letters.
package mail

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// ErrUnavailable is returned when SES does not answer, or refuses for another reason than the
// recipient's address: load, a pause, the sandbox, a sender that is not verified. The message may
// have been sent; trying again is the way.
var ErrUnavailable = fault.New(fault.Unavailable, "mail.unavailable", "Mail cannot be sent now. Try again in a moment.")

// SES sends through one region's SES, from one address whose identity is verified there.
type SES struct {
	Client *sesv2.Client
	From   string // an address, also with a name: Lyceum <no-reply@example.org>
}

var _ domain.Mailer = SES{}

// addressFaults begin what SES says of an address that it cannot take. From is not meant: it is
// checked when a function starts.
var addressFaults = []string{"Local address ", "Domain ", "Illegal address", "Missing domain", "Missing final '@domain'", "User name is missing"}

// Send implements domain.Mailer in one call. ErrUndeliverable says that the address itself cannot
// get mail: SES takes ASCII alone before the at sign, and not every ASCII character either. Every
// other refusal is ErrUnavailable, because it may end without a change of the message:
// MessageRejected is what SES says in the sandbox and of a sender that is not verified
// (https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html). The errors name
// neither the recipient nor what the message says: SES quotes addresses in its own.
func (s SES) Send(ctx context.Context, m domain.Message) error {
	to, err := m.To.ASCII()
	if err != nil {
		return domain.ErrUndeliverable
	}
	if strings.ContainsAny(m.Subject, "\r\n") {
		return errors.New("mail: the subject has more than one line")
	}
	_, err = s.Client.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress: &s.From,
		Destination:      &types.Destination{ToAddresses: []string{to}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: content(m.Subject),
			Body:    &types.Body{Text: content(m.Text), Html: content(m.HTML)},
			Headers: []types.MessageHeader{header("Auto-Submitted", "auto-generated")}, // RFC 3834: no out-of-office answers
		}},
	})
	var api smithy.APIError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &api):
		return ErrUnavailable.Because(errors.New("SES does not answer")) // the SDK's error could quote the request
	case api.ErrorCode() == "BadRequestException" && aboutAddress(api.ErrorMessage()):
		return domain.ErrUndeliverable.Because(errors.New("SES: " + api.ErrorCode()))
	}
	return ErrUnavailable.Because(errors.New("SES: " + api.ErrorCode()))
}

func aboutAddress(said string) bool {
	return slices.ContainsFunc(addressFaults, func(fault string) bool { return strings.HasPrefix(said, fault) })
}

func content(text string) *types.Content {
	utf8 := "UTF-8"
	return &types.Content{Data: &text, Charset: &utf8}
}

func header(name, value string) types.MessageHeader {
	return types.MessageHeader{Name: &name, Value: &value}
}
