package objects_test

import (
	"context"
	"mime"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/shared/objects"
)

// judge holds a header value to RFC 6266 and RFC 8187 and to the name it is to carry.
func judge(t *testing.T, name string) {
	t.Helper()
	value := objects.Attachment(name)
	kind, params, err := mime.ParseMediaType(value)
	if err != nil || kind != "attachment" || len(params) != 1 || params["filename"] != name {
		t.Errorf("%q becomes %q, which reads as %s %q, %v", name, value, kind, params, err)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 || r > 0x7e }) {
		t.Errorf("%q becomes %q, which is not printable ASCII", name, value)
	}
	if n := strings.Count(value, `"`); n != 2 || strings.Contains(value, `\`) {
		t.Errorf("%q becomes %q with %d quotes", name, value, n)
	}
	exact := value[strings.LastIndex(value, "UTF-8''")+len("UTF-8''"):]
	// attr-char of RFC 8187 section 3.2.1, and percent signs.
	if strings.Trim(exact, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~%") != "" {
		t.Errorf("%q becomes %q: the exact name has other than attr-char", name, value)
	}
}

func TestAttachment(t *testing.T) {
	t.Parallel()
	for about, name := range map[string]string{
		"a plain name":          "report 2026.pdf",
		"nothing":               "",
		"quotes":                `the "best" 'one'.pdf`,
		"a quote at the end":    `a"`,
		"backslashes":           `a\"b\\`,
		"a header of its own":   "a\r\nSet-Cookie: x=1\r\n\r\n<html>",
		"a line feed":           "a\nb",
		"NUL, escape, DEL":      "a\x00\x1b\x7f",
		"another parameter":     `a.pdf"; filename="b.html`,
		"the same, unquoted":    "a.pdf; filename*=UTF-8''b.html",
		"percent signs":         "100%41.pdf",
		"separators":            "()<>@,;:/[]?={} \t*'",
		"every script":          "Отчёт 報告 تقرير 한글.pdf",
		"emoji":                 "👩‍💻🎓.pdf",
		"255 bytes":             strings.Repeat("報", 85),
		"a turned reading":      "a\u202efdp.exe",
		"Latin-1, as old names": "Übergröße ÿ.pdf",
	} {
		t.Run(about+" comes back as it was and breaks out of nothing", func(t *testing.T) {
			t.Parallel()
			judge(t, name)
		})
	}
	t.Run("old clients get the ASCII of it", func(t *testing.T) {
		t.Parallel()
		got := objects.Attachment(`Ana's "Übung" 100%.pdf`)
		if want := `attachment; filename="Ana's __bung_ 100_.pdf"; filename*=UTF-8''Ana%27s%20%22%C3%9Cbung%22%20100%25.pdf`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func FuzzAttachment(f *testing.F) {
	for _, name := range []string{"a.pdf", "\"\r\n\\", "a\xff\xc0", "報%00", "'*;="} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if utf8.ValidString(name) { // names are, once the domain has cleaned them
			judge(t, name)
		} else if v := objects.Attachment(name); strings.ContainsAny(v, "\r\n") || strings.Count(v, `"`) != 2 {
			t.Errorf("%q becomes %q", name, v)
		}
	})
}

// link signs a link for five minutes and parses it. Signing sends nothing.
func link(t *testing.T, key, contentType, disposition string) *url.URL {
	t.Helper()
	client := s3.New(s3.Options{Region: "eu-west-1", Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET-SECRET"}, nil
	})})
	text, err := objects.Bucket{Client: client, Name: "uploads"}.Link(t.Context(), key, contentType, disposition, 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, "SECRET") || strings.ContainsAny(text, " \r\n") {
		t.Errorf("the link is %q", text)
	}
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// D10: whoever knew a key could read its object, and any key of any bucket was served.
func TestD10ALinkIsSignedExpiresAndLeadsToOneObject(t *testing.T) {
	t.Parallel()
	u := link(t, "files/1", "image/png", objects.Attachment("a.png"))
	q := u.Query()
	if u.Scheme != "https" || u.Host != "uploads.s3.eu-west-1.amazonaws.com" || u.Path != "/files/1" {
		t.Errorf("it leads to %s, want files/1 of the bucket uploads", u)
	}
	if q.Get("X-Amz-Expires") != "300" || len(q.Get("X-Amz-Signature")) != 64 || q.Get("X-Amz-Algorithm") != "AWS4-HMAC-SHA256" {
		t.Errorf("query = %v, want a signature for 300 seconds", q)
	}
	other := link(t, "files/2", "image/png", objects.Attachment("a.png")).Query().Get("X-Amz-Signature")
	if other == q.Get("X-Amz-Signature") {
		t.Error("the link to another object has the same signature")
	}
	for _, key := range []string{"../lessons/1", "files/../../lessons/1", "files/a?versionId=1", "files/#x"} {
		u := link(t, key, "image/png", "attachment")
		if u.Host != "uploads.s3.eu-west-1.amazonaws.com" || u.Query().Has("versionId") || u.Fragment != "" || u.Path != "/"+key {
			t.Errorf("the key %q leads to %s", key, u)
		}
	}
}

// D33: private files were public for a year in every cache.
func TestD33PrivateFilesAreCachedPrivatelyAndBriefly(t *testing.T) {
	t.Parallel()
	if got := link(t, "files/1", "image/png", "attachment").Query().Get("response-cache-control"); got != "private, max-age=300" {
		t.Errorf("cache-control = %q, want private for at most as long as the link works", got)
	}
}

// D34: headers made of file names crashed or said what the client had said.
func TestD34TheAnswersHeadersAreOurs(t *testing.T) {
	t.Parallel()
	const name = "Отчёт \"x\"\r\n.html"
	u := link(t, "files/1", "application/pdf", objects.Attachment(name))
	if got := u.Query().Get("response-content-type"); got != "application/pdf" {
		t.Errorf("content-type = %q, want the type that the bytes have", got)
	}
	kind, params, err := mime.ParseMediaType(u.Query().Get("response-content-disposition"))
	if err != nil || kind != "attachment" || params["filename"] != name {
		t.Errorf("content-disposition reads as %s %q, %v; want the attachment %q", kind, params, err, name)
	}
}
