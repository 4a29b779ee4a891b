package main

import (
	"bytes"
	"mime"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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

func TestCurlResumesADownload(t *testing.T) {
	t.Parallel()
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Log("there is no curl here; Range through the link is tested all the same")
	}
	stand, api, user := open(t)
	content := files.PDF("1.7", 300_000)
	upload := buckets.Store(t, stand, user, "a.pdf", "application/pdf", content)
	if err != nil {
		return
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, content[:100_000], 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), curl, "-s", "-S", "-L", "-C", "-", "-o", file, "-w", "%{http_code} %{size_download}",
		"-H", "Authorization: Bearer "+user.Token, api.URL+path(upload.State().ID.String())).CombinedOutput()
	got, _ := os.ReadFile(file)
	if err != nil || string(out) != "206 200000" || !bytes.Equal(got, content) {
		t.Errorf("curl -C - says %s, %v; the file has %d bytes", out, err, len(got))
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
