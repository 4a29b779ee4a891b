package mail_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"lyceum/shared/domain"
	"lyceum/shared/mail"
)

// answer is what SES says to one SendEmail.
func answer(t *testing.T, code, message string) error {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-ErrorType", code)
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"message": %q}`, message)
	}))
	defer server.Close()
	client := sesv2.New(sesv2.Options{
		Region: "eu-west-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("KEY", "secret", "")),
	})
	letter := domain.Message{To: domain.RestoreEmail("ana@example.org"), Subject: "Hello", Text: "Hello", HTML: "<p>Hello</p>"}
	return mail.SES{Client: client, From: "no-reply@example.org"}.Send(t.Context(), letter)
}

func TestOnlyFaultsOfTheAddressAreFinal(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		code, message string
		want          error
	}{
		"sandbox, or sender not verified": {"MessageRejected", "Email address is not verified. The following identities failed the check in region EU-WEST-1: ana@example.org", mail.ErrUnavailable},
		"content refused":                 {"MessageRejected", "Transaction failed", mail.ErrUnavailable},
		"MAIL FROM domain not verified":   {"MailFromDomainNotVerifiedException", "The sending domain isn't verified.", mail.ErrUnavailable},
		"account suspended":               {"AccountSuspendedException", "Suspended.", mail.ErrUnavailable},
		"account paused":                  {"SendingPausedException", "Paused.", mail.ErrUnavailable},
		"over quota":                      {"LimitExceededException", "Daily message quota exceeded.", mail.ErrUnavailable},
		"too fast":                        {"TooManyRequestsException", "Maximum sending rate exceeded.", mail.ErrUnavailable},
		"no permission":                   {"AccessDeniedException", "is not authorized to perform: ses:SendEmail", mail.ErrUnavailable},
		"request of ours is wrong":        {"BadRequestException", "1 validation error detected", mail.ErrUnavailable},
		"letters that SES does not take":  {"BadRequestException", "Local address contains illegal character", domain.ErrUndeliverable},
		"domain that SES does not take":   {"BadRequestException", "Domain contains illegal character", domain.ErrUndeliverable},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			err := answer(t, c.code, c.message)
			if !errors.Is(err, c.want) {
				t.Errorf("SES says %s: got %v, want %v", c.code, err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "ana@") {
				t.Errorf("the error names the recipient: %v", err)
			}
		})
	}
}
