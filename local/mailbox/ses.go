package mailbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"strings"

	"lyceum/local/signature"
)

// SESPath is where SES is served, below the HTTP API of `go run ./local`.
const SESPath = "/_local/ses"

// maxBody bounds a request: 10 MB of message, as SES takes without asking for more.
const maxBody = 10 << 20

// failure is an error answer of SES.
type failure struct {
	status     int
	code, text string
}

func (f failure) Error() string { return f.text }

func bad(format string, args ...any) error {
	return failure{http.StatusBadRequest, "BadRequestException", fmt.Sprintf(format, args...)}
}

// sendEmail is what is understood of SendEmail's input.
type sendEmail struct {
	FromEmailAddress string
	Destination      struct{ ToAddresses []string }
	Content          struct {
		Simple struct {
			Subject text
			Body    struct{ Text, HTML text } // JSON names match without case
			Headers []struct{ Name, Value string }
		}
	}
}

type text struct{ Data, Charset string }

// SES serves the action SendEmail.
func (b *Box) SES(w http.ResponseWriter, r *http.Request) {
	id, err := b.send(r)
	w.Header().Set("Content-Type", "application/json")
	if err == nil {
		_ = json.NewEncoder(w).Encode(map[string]string{"MessageId": id})
		return
	}
	f := failure{http.StatusInternalServerError, "InternalFailure", "The mailbox failed."}
	if !errors.As(err, &f) {
		b.opts.Log.Error("mailbox: a message is not kept", "error", err)
	}
	w.Header().Set("X-Amzn-ErrorType", f.code)
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": f.text})
}

func (b *Box) send(r *http.Request) (id string, err error) {
	if r.Method != http.MethodPost || r.URL.Path != SESPath+"/v2/email/outbound-emails" {
		return "", failure{http.StatusNotFound, "NotFoundException", "The mailbox knows SendEmail alone."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return "", bad("the body cannot be read")
	}
	accessKeyID, err := signature.Service{Name: "ses", Region: b.opts.Region, Secret: b.opts.Secret}.Check(r, body)
	switch {
	case errors.Is(err, signature.ErrNobody):
		return "", failure{http.StatusForbidden, "InvalidClientTokenId", err.Error()}
	case err != nil:
		return "", failure{http.StatusForbidden, "SignatureDoesNotMatch", err.Error()}
	}
	var in sendEmail
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return "", bad("the mailbox does not understand this: %v", err)
	}
	from, err := mail.ParseAddress(in.FromEmailAddress)
	if err != nil || !ascii(in.FromEmailAddress) {
		return "", bad("FromEmailAddress is no address")
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	resource := "arn:aws:ses:" + b.opts.Region + ":" + b.opts.AccountID + ":identity/" + domain
	if err := b.opts.Authorize(accessKeyID, "ses:SendEmail", resource); err != nil {
		return "", failure{http.StatusForbidden, "AccessDeniedException", err.Error()}
	}
	m := Message{From: in.FromEmailAddress, Subject: in.Content.Simple.Subject.Data, Text: in.Content.Simple.Body.Text.Data, HTML: in.Content.Simple.Body.HTML.Data}
	if len(in.Destination.ToAddresses) != 1 || m.Subject == "" || m.Text == "" || m.HTML == "" {
		return "", bad("the mailbox takes messages to one address with subject, text and HTML")
	}
	m.To = in.Destination.ToAddresses[0]
	if to, err := mail.ParseAddress(m.To); err != nil || to.Address != m.To || !ascii(m.To) {
		return "", bad("Local address contains illegal character")
	}
	if strings.ContainsAny(m.Subject+m.From, "\r\n") {
		return "", bad("a header is not valid")
	}
	return b.add(m)
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
