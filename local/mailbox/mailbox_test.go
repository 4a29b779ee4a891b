package mailbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"lyceum/local/mailbox"
	"lyceum/shared/domain"
	ses "lyceum/shared/mail"
)

// post is a mailbox and a sender with an access key.
type post struct {
	box    *mailbox.Box
	url    string
	sender func(key, secret string) ses.SES
}

func open(t *testing.T, dir string) post {
	t.Helper()
	box, err := mailbox.Open(mailbox.Options{
		Dir: dir, Region: "eu-west-1", AccountID: "000000000000", Log: slog.New(slog.DiscardHandler),
		Secret: func(key string) (string, bool) { return "secret", key == "KEY" },
		Authorize: func(key, action, resource string) error {
			if action+" "+resource != "ses:SendEmail arn:aws:ses:eu-west-1:000000000000:identity/example.org" {
				return fmt.Errorf("%s may not %s on %s", key, action, resource)
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc(mailbox.SESPath+"/", box.SES)
	mux.HandleFunc(mailbox.PagePath, box.Page)
	mux.HandleFunc(mailbox.PagePath+"/", box.Page)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	endpoint := server.URL + mailbox.SESPath
	return post{box, server.URL, func(key, secret string) ses.SES {
		return ses.SES{From: `"Lyceum" <no-reply@example.org>`, Client: sesv2.New(sesv2.Options{
			Region: "eu-west-1", BaseEndpoint: &endpoint, RetryMaxAttempts: 1,
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}, nil
			}),
		})}
	}}
}

var letter = domain.Message{
	To: domain.RestoreEmail("ana@example.org"), Subject: "Grüße", HTML: "<p>Grüße <b>Ana</b></p>\n",
	Text: "Grüße Ana,\n\n" + strings.Repeat("a long line with = and ü ", 20) + "\nhttps://learn.example.org/verify-email?token=abc\n.\n",
}

func (p post) get(t *testing.T, path, accept string) (string, *http.Response) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", accept)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body), res
}

func TestWhatIsSentIsShownAndSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := open(t, dir)
	if err := p.sender("KEY", "secret").Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	second := letter
	second.To, second.Subject = domain.RestoreEmail("bo@exämple.org"), "<script>alert(1)</script>"
	if err := p.sender("KEY", "secret").Send(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	for _, box := range []*mailbox.Box{p.box, open(t, dir).box} {
		all := box.Messages("")
		if len(all) != 2 || all[0].To != "bo@xn--exmple-cua.org" {
			t.Fatalf("messages %+v, want two, the newest first", all)
		}
		got := box.Messages("ANA@example.org")
		if len(got) != 1 || got[0].Subject != letter.Subject || got[0].Text != letter.Text || got[0].HTML != letter.HTML || got[0].At.IsZero() {
			t.Errorf("got %+v, want what was sent", got)
		}
		if links := got[0].Links(); len(links) != 1 || links[0] != "https://learn.example.org/verify-email?token=abc" {
			t.Errorf("links %q", links)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil || len(files) != 2 {
		t.Fatalf("files %q, %v; want two", files, err)
	}
	f, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if m, err := mail.ReadMessage(f); err != nil || m.Header.Get("To") != "ana@example.org" || m.Header.Get("Subject") != "=?utf-8?q?Gr=C3=BC=C3=9Fe?=" {
		t.Errorf("the file is %+v, %v", m, err)
	}
}

func TestThePage(t *testing.T) {
	t.Parallel()
	p := open(t, "")
	m := letter
	m.Subject = "<script>alert(1)</script>"
	if err := p.sender("KEY", "secret").Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	html, res := p.get(t, "/_local/mail", "text/html,application/xhtml+xml")
	if strings.Contains(html, "<script>") || !strings.Contains(html, `<a href="https://learn.example.org/verify-email?token=abc">`) ||
		!strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("page %v\n%s", res.Header, html)
	}
	text, _ := p.get(t, "/_local/mail?to=ana@example.org", "*/*")
	var list []struct{ ID, To, Text string }
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) != 1 || list[0].Text != m.Text {
		t.Fatalf("%v: %s", err, text)
	}
	if raw, res := p.get(t, "/_local/mail/"+list[0].ID+".eml", "*/*"); !strings.HasPrefix(raw, "From: ") || res.Header.Get("Content-Type") != "message/rfc822" {
		t.Errorf("file %s", raw)
	}
	if none, _ := p.get(t, "/_local/mail?to=nobody@example.org", "*/*"); strings.TrimSpace(none) != "[]" {
		t.Errorf("mail to nobody: %s, want []", none)
	}
	for _, path := range []string{"/_local/mail/none.eml", "/_local/mail/../mail.eml", "/_local/ses/v2/email/identities"} {
		if _, res := p.get(t, path, "*/*"); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, res.StatusCode)
		}
	}
}

func TestWhoMayNotSendIsRefused(t *testing.T) {
	t.Parallel()
	p := open(t, "")
	elsewhere := p.sender("KEY", "secret")
	elsewhere.From = "no-reply@evil.example"
	for what, sender := range map[string]ses.SES{
		"a key nobody has": p.sender("OTHER", "secret"), "a wrong secret": p.sender("KEY", "other"), "another domain": elsewhere,
	} {
		err := sender.Send(t.Context(), letter)
		if err == nil || strings.Contains(err.Error(), "ana@") || errors.Is(err, domain.ErrUndeliverable) {
			t.Errorf("%s: %v, want a refusal that does not name the recipient", what, err)
		}
	}
	if got := p.box.Messages(""); len(got) != 0 {
		t.Errorf("messages %+v, want none", got)
	}
}

func TestWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	p := open(t, "")
	send := p.sender("KEY", "secret").Send
	unicode := letter
	unicode.To = domain.RestoreEmail("léa@example.org")
	if err := send(t.Context(), unicode); !errors.Is(err, domain.ErrUndeliverable) {
		t.Errorf("letters outside ASCII: %v, want ErrUndeliverable", err)
	}
	empty := letter
	empty.Text = ""
	if err := send(t.Context(), empty); !errors.Is(err, ses.ErrUnavailable) { // our mistake, not the recipient's
		t.Errorf("no text: %v, want ErrUnavailable", err)
	}
	for _, forged := range []string{"Hello\r\nBcc: all@example.org", "Hello\nX: y"} {
		m := letter
		m.Subject = forged
		if err := send(t.Context(), m); err == nil {
			t.Errorf("the subject %q forges a header", forged)
		}
	}
	client := p.sender("KEY", "secret").Client // past our own sender, the mailbox refuses too
	_, err := client.SendEmail(t.Context(), &sesv2.SendEmailInput{
		FromEmailAddress: aws.String("a@example.org\r\nBcc: b@example.org"), Content: &types.EmailContent{},
	})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "BadRequestException" {
		t.Errorf("a forged From: %v, want BadRequestException", err)
	}
	if got := p.box.Messages(""); len(got) != 0 {
		t.Errorf("messages %+v, want none", got)
	}
}
