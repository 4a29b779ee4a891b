package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"lyceum/shared/httpapi"
)

// sent is a file as it arrived.
type sent struct {
	Name    string `json:"name"`
	Content string `json:"content"` // in hexadecimal
}

// echoFile answers the file it was given.
var echoFile = httpapi.Form(201, func(_ context.Context, in struct{ File httpapi.File }) (sent, error) {
	return sent{in.File.Name, fmt.Sprintf("%x", in.File.Content)}, nil
})

// part is a part of a form: its Content-Disposition and its body.
type part struct{ disposition, body string }

func body(parts ...part) string {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&b, "--xyz\r\nContent-Disposition: %s\r\n\r\n%s\r\n", p.disposition, p.body)
	}
	return b.String() + "--xyz--\r\n"
}

func formRequest(body string) events.APIGatewayV2HTTPRequest {
	return binary(request("POST", body, "content-type", "multipart/form-data; boundary=xyz"))
}

func form(_ testing.TB, parts ...part) events.APIGatewayV2HTTPRequest {
	return formRequest(body(parts...))
}

func TestForm(t *testing.T) {
	t.Parallel()
	file := func(name string) part { return part{`form-data; name="file"; filename="` + name + `"`, "abc"} }
	plain := body(file("a.pdf"))
	for name, test := range map[string]struct {
		body string
		want string // the file's name
	}{
		"a plain file":                        {plain, "a.pdf"},
		"other parts around it":               {body(part{`form-data; name="title"`, "x"}, file("a.pdf"), part{`form-data; name="other"; filename="b"`, "y"}), "a.pdf"},
		"a preamble":                          {"This is a form.\r\n" + plain, "a.pdf"},
		"an epilogue":                         {plain + "This was a form.", "a.pdf"},
		"line feeds alone":                    {strings.ReplaceAll(plain, "\r\n", "\n"), "a.pdf"},
		"a name in UTF-8":                     {body(file("Отчёт 報告.pdf")), "Отчёт 報告.pdf"},
		"a name after RFC 8187":               {body(part{`form-data; name="file"; filename="x"; filename*=UTF-8''%e5%a0%b1.pdf`, "abc"}), "報.pdf"},
		"a quote in the name":                 {body(file(`a\"b.pdf`)), `a"b.pdf`},
		"a quote as browsers write it":        {body(file(`a%22b.pdf`)), `a%22b.pdf`},
		"a path as an old browser sends":      {body(file(`C:\Users\ana\a.pdf`)), `C:\Users\ana\a.pdf`},
		"a name without quotes":               {body(part{`form-data; name=file; filename=a.pdf`, "abc"}), "a.pdf"},
		"an empty name, as browsers send":     {body(file("")), ""},
		"a name that is not UTF-8":            {body(file("a\xff.pdf")), "a\ufffd.pdf"},
		"a content type of its own":           {strings.Replace(plain, "\r\n\r\n", "\r\nContent-Type: text/html\r\n\r\n", 1), "a.pdf"},
		"an encoding that is not decoded":     {strings.Replace(plain, "\r\n\r\n", "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", 1), "a.pdf"},
		"header names in capitals":            {strings.Replace(plain, "Content-Disposition", "CONTENT-DISPOSITION", 1), "a.pdf"},
		"the boundary within the preamble":    {"xyz\r\n" + plain, "a.pdf"},
		"a part that is no form field before": {body(part{`attachment; filename="x"`, "y"}, file("a.pdf")), "a.pdf"},
	} {
		t.Run(name+" is read", func(t *testing.T) {
			t.Parallel()
			got := call(t, echoFile, formRequest(test.body))
			var out struct{ Data sent }
			if err := json.Unmarshal([]byte(got.body), &out); err != nil || got.status != 201 || out.Data != (sent{test.want, "616263"}) {
				t.Errorf("got %d %s, want the file %q of abc", got.status, got.body, test.want)
			}
		})
	}
	t.Run("bytes arrive as they were sent", func(t *testing.T) {
		t.Parallel()
		content := "\x00\xff\r\n--xy\r\n--xyzz\r\n\r\n=3D"
		if got := call(t, echoFile, form(t, part{`form-data; name="file"; filename="a"`, content})); !strings.Contains(got.body, fmt.Sprintf(`"%x"`, content)) {
			t.Errorf("got %s, want %x", got.body, content)
		}
	})
	t.Run("an empty file is a file, for the domain to judge", func(t *testing.T) {
		t.Parallel()
		if got := call(t, echoFile, form(t, part{`form-data; name="file"; filename="a"`, ""})); got.status != 201 {
			t.Errorf("got %d %s, want 201", got.status, got.body)
		}
	})
}

func TestFormRefuses(t *testing.T) {
	t.Parallel()
	const disposition = `form-data; name="file"; filename="a.pdf"`
	plain := body(part{disposition, "abc"})
	const multipart = "multipart/form-data; boundary=xyz"
	for name, test := range map[string]struct {
		body, contentType string
		status            int
		code              string
	}{
		"no part at all":                      {"--xyz--\r\n", multipart, 400, "upload.file_missing"},
		"no part named file":                  {body(part{`form-data; name="photo"; filename="a.pdf"`, "abc"}), multipart, 400, "upload.file_missing"},
		"a part named FILE":                   {body(part{`form-data; name="FILE"; filename="a.pdf"`, "abc"}), multipart, 400, "upload.file_missing"},
		"a field named file":                  {body(part{`form-data; name="file"`, "abc"}), multipart, 400, "upload.file_missing"},
		"an attachment named file":            {body(part{`attachment; name="file"; filename="a.pdf"`, "abc"}), multipart, 400, "upload.file_missing"},
		"a disposition that is broken":        {body(part{`form-data; name="file"; filename="a`, "abc"}), multipart, 400, "upload.file_missing"},
		"a disposition with two file names":   {body(part{`form-data; name="file"; filename="a.pdf"; filename="b.html"`, "abc"}), multipart, 400, "upload.file_missing"},
		"a line break in the file's name":     {body(part{"form-data; name=\"file\"; filename=\"a\r\nb.pdf\"", "abc"}), multipart, 400, "request.malformed"},
		"two files":                           {body(part{disposition, "abc"}, part{disposition, "def"}), multipart, 400, "upload.file_repeated"},
		"a file and a field of one name":      {body(part{disposition, "abc"}, part{`form-data; name="file"`, "x"}), multipart, 400, "upload.file_repeated"},
		"no content type":                     {plain, "", 415, "request.not_multipart"},
		"JSON":                                {`{"file":"abc"}`, "application/json", 415, "request.not_multipart"},
		"the file alone":                      {"abc", "application/pdf", 415, "request.not_multipart"},
		"another multipart":                   {plain, "multipart/mixed; boundary=xyz", 415, "request.not_multipart"},
		"a content type that is broken":       {plain, "multipart/form-data; boundary=xyz; boundary=abc", 415, "request.not_multipart"},
		"no boundary":                         {plain, "multipart/form-data", 400, "request.malformed"},
		"an empty boundary":                   {plain, `multipart/form-data; boundary=""`, 400, "request.malformed"},
		"another boundary":                    {plain, "multipart/form-data; boundary=abc", 400, "request.malformed"},
		"no body":                             {"", multipart, 400, "request.malformed"},
		"a form cut in the file":              {plain[:len(plain)-12], multipart, 400, "request.malformed"},
		"a form cut before the last boundary": {strings.TrimSuffix(plain, "\r\n--xyz--\r\n"), multipart, 400, "request.malformed"},
		"a form cut in a header":              {plain[:30], multipart, 400, "request.malformed"},
		"a part without headers":              {"--xyz\r\n\r\nabc\r\n--xyz--\r\n", multipart, 400, "upload.file_missing"},
		"a header that is none":               {"--xyz\r\nfoo\r\n\r\nabc\r\n--xyz--\r\n", multipart, 400, "request.malformed"},
		"a header of 11 MB":                   {"--xyz\r\nX: " + strings.Repeat("a", 11<<20) + "\r\n\r\nabc\r\n--xyz--\r\n", multipart, 400, "request.malformed"},
		"20,000 headers":                      {"--xyz\r\n" + strings.Repeat("X: a\r\n", 20_000) + "\r\nabc\r\n--xyz--\r\n", multipart, 400, "request.malformed"},
		"a boundary of 100,000 bytes":         {plain, "multipart/form-data; boundary=" + strings.Repeat("a", 100_000), 400, "request.malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := call(t, echoFile, binary(request("POST", test.body, "content-type", test.contentType)))
			if got.status != test.status || got.Code != test.code {
				t.Errorf("got %d %s, want %d %s", got.status, got.body, test.status, test.code)
			}
		})
	}
}

func FuzzForm(f *testing.F) {
	plain := body(part{`form-data; name="file"; filename="a.pdf"`, "abc"})
	f.Add("multipart/form-data; boundary=xyz", plain)
	f.Add("multipart/form-data; boundary=xyz", plain[:60])
	f.Add("multipart/form-data; boundary=\"x\x00\"", "--x\x00\r\n\r\n")
	f.Add("multipart/form-data; boundary*0=x; boundary*1=yz", plain)
	f.Add("multipart/form-data; boundary=xyz", "--xyz\r\nContent-Disposition: form-data; name=file; filename*=iso-8859-1''%ff\r\n\r\n\r\n--xyz--")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		got := call(t, echoFile, binary(request("POST", body, "content-type", contentType)))
		if got.status != 201 && got.status != 400 && got.status != 415 {
			t.Errorf("%q %q: %d %s", contentType, body, got.status, got.body)
		}
	})
}
