package main

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
)

func TestHeadAndIfNoneMatch(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	upload := buckets.Store(t, stand, user, "a.pdf", "application/pdf", files.PDF("1.7", 5000))
	to := path(upload.State().ID.String())
	head := api.Do(localtest.Request{Method: http.MethodHead, Path: to, Token: user.Token})
	if head.Status != http.StatusFound {
		t.Fatalf("HEAD: %d %s", head.Status, head.Body)
	}
	got := follow(t, http.MethodHead, head.Header.Get("Location"), nil)
	if got.Status != http.StatusOK || got.Header.Get("Content-Length") != "5000" || len(got.Body) != 0 {
		t.Errorf("HEAD leads to %d with %v", got.Status, got.Header)
	}
	for tag, want := range map[string]int{got.Header.Get("ETag"): http.StatusNotModified, `"other"`: http.StatusFound} {
		answer := api.Do(localtest.Request{Method: http.MethodGet, Path: to, Token: user.Token, Header: http.Header{"If-None-Match": {tag}}})
		if answer.Status != want {
			t.Errorf("If-None-Match %s: %d, want %d", tag, answer.Status, want)
		}
	}
}

// What curl -L -C - does: ask with Range, follow the redirect without the token, take 206 and append.
func TestADownloadIsResumed(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	content := files.PDF("1.7", 300_000)
	upload := buckets.Store(t, stand, user, "a.pdf", "application/pdf", content)
	got := bytes.Clone(content[:100_000])
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api.URL+path(upload.State().ID.String()), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+user.Token)
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-", len(got)))
	// net/http keeps Authorization for another port of the same host; curl does not, and S3 refuses two ways to sign.
	client := http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error { r.Header.Del("Authorization"); return nil }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	rest, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusPartialContent || res.Header.Get("Content-Range") != "bytes 100000-299999/300000" {
		t.Fatalf("got %d, %q, %v", res.StatusCode, res.Header.Get("Content-Range"), err)
	}
	if !bytes.Equal(append(got, rest...), content) {
		t.Errorf("%d bytes came, the file is another", len(rest))
	}
}

// D79: metadata that a client had sent took the place of the type.
func TestD79TheRecordTellsTheTypeWhateverTheObjectSays(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	upload := buckets.Store(t, stand, user, "a.pdf", "application/pdf", files.PDF("1.7", 500))
	bucket, key, said, disposition := buckets.Bucket(stand, "UPLOADS_BUCKET"), upload.State().Key, "text/html", "inline; filename=x.html"
	_, err := bucket.Client.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &bucket.Name, Key: &key, Body: strings.NewReader("<script>alert(1)</script>"), ContentType: &said, ContentDisposition: &disposition,
		Metadata: map[string]string{"content-type": said, "contentType": said, "Content-Disposition": disposition},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		answer := api.Do(localtest.Request{Method: method, Path: path(upload.State().ID.String()), Token: user.Token})
		got := follow(t, method, answer.Header.Get("Location"), nil).Header
		if got.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(got.Get("Content-Disposition"), `attachment; filename="a.pdf"`) {
			t.Errorf("%s yields %q, %q", method, got.Get("Content-Type"), got.Get("Content-Disposition"))
		}
	}
}

func TestD29NamesAreInNoKeyAndRightInTheDownload(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	for sent, want := range map[string]string{
		`the "best" 'one'.pdf`: `the "best" 'one'.pdf`, "a\r\nSet-Cookie: x=1.pdf": "aSet-Cookie: x=1.pdf", "../../etc/passwd": "passwd",
		"invoice\u202efdp.exe": "invoicefdp.exe", "👩‍💻 🎓.pdf": "👩‍💻 🎓.pdf", strings.Repeat("報", 1000): strings.Repeat("報", 85),
	} {
		upload := buckets.Store(t, stand, user, sent, "application/pdf", files.PDF("1.7", 500))
		got := follow(t, http.MethodGet, link(t, api, user.Token, upload.State().ID.String()).String(), nil)
		_, params, err := mime.ParseMediaType(got.Header.Get("Content-Disposition"))
		if err != nil || params["filename"] != want || got.Header.Get("Set-Cookie") != "" {
			t.Errorf("%q is downloaded as %q, %v", sent, params["filename"], err)
		}
	}
	for _, key := range buckets.Keys(t, stand) {
		if len(key) != len("files/")+36 {
			t.Errorf("a key is %q", key)
		}
	}
}
