package localtest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"lyceum/local/iam"
	"lyceum/local/mailbox"
	"lyceum/local/stack"
)

// Mailbox opens SES for the stand's functions. Call it before Serve and Consume. While MailDown, SES fails.
func (s *Stand) Mailbox(t testing.TB) *mailbox.Box {
	t.Helper()
	box, err := mailbox.Open(mailbox.Options{
		Region: Region, AccountID: stack.AccountID, Secret: s.Stack.Secret, Log: slog.New(slog.DiscardHandler),
		Authorize: func(accessKeyID, action, resource string) error {
			return s.Stack.Authorize(accessKeyID, iam.Call{Action: action, Resource: resource})
		},
	})
	must(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fault := s.mail.Load(); fault != nil {
			(*fault)(w, r, http.HandlerFunc(box.SES))
			return
		}
		if s.MailDown.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		box.SES(w, r)
	}))
	t.Cleanup(server.Close)
	s.Stack.SES = server.URL + mailbox.SESPath
	return box
}
