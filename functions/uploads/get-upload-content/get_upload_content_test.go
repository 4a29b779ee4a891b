package main

import (
	"bytes"
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "uploads/get-upload-content"

func path(id string) string { return "/api/uploads/" + id + "/content" }

// content is a small PDF.
var content = []byte("%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF")

// store makes an upload as create-upload does, of whatever name.
func store(t testing.TB, stand *localtest.Stand, owner localtest.User, fileName string) domain.UploadState {
	t.Helper()
	env, bucket := stand.Env(t, name), buckets.Bucket(stand, "UPLOADS_BUCKET")
	made, event, err := domain.NewUpload(owner.ID, bucket.Place(), fileName, content, time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	// The object says another type than the record: the link must not care.
	if err := bucket.Put(t.Context(), made.State().Key, "text/html", content); err != nil {
		t.Fatal(err)
	}
	uploads := dynamo.Uploads{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region, Regions: []string{localtest.Region}, Now: env.Now}
	if err := uploads.Create(t.Context(), made, domain.Usage{Bytes: 1 << 30, Files: 500}, event); err != nil {
		t.Fatal(err)
	}
	return made.State()
}

func open(t testing.TB) (*localtest.Stand, *localtest.API, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.Serve(t, name, handler), stand.NewUser(t)
}

// link asks for the content and gives where it leads.
func link(t testing.TB, api *localtest.API, token, id string) *url.URL {
	t.Helper()
	answer := api.Get(path(id), token)
	to, err := url.Parse(answer.Header.Get("Location"))
	if answer.Status != http.StatusFound || err != nil || to.Host == "" {
		t.Fatalf("got %d %s to %q, want 302", answer.Status, answer.Body, answer.Header.Get("Location"))
	}
	return to
}

// follow fetches a link as a browser does, without a token.
func follow(t testing.TB, method, to string, header http.Header) localtest.Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return localtest.Answer{Status: res.StatusCode, Header: res.Header, Body: body}
}

func TestGetUploadContentLeadsToTheBytes(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	made := store(t, stand, user, `Größe "学".pdf`)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path(made.ID.String()), user.Token) })
	if answer.Status != http.StatusFound || len(answer.Body) != 0 || answer.Header.Get("Cache-Control") != "no-store" ||
		answer.Header.Get("X-Content-Type-Options") != "nosniff" || answer.Header.Get("X-Request-Id") == "" || answer.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("got %d %q with %v", answer.Status, answer.Body, answer.Header)
	}
	got := follow(t, http.MethodGet, answer.Header.Get("Location"), nil)
	if got.Status != http.StatusOK || !bytes.Equal(got.Body, content) {
		t.Errorf("the link yields %d with %d bytes, want 200 with %d", got.Status, len(got.Body), len(content))
	}
	for header, want := range map[string]string{
		"Content-Type":        "application/pdf",
		"Content-Disposition": `attachment; filename="Gr__e ___.pdf"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%22%E5%AD%A6%22.pdf`,
	} {
		if got := got.Header.Get(header); got != want {
			t.Errorf("%s: %s, want %s", header, got, want)
		}
	}
}

func TestD10OnlyTheOwnerGetsTheFile(t *testing.T) {
	t.Parallel()
	stand, api, ana := open(t)
	bo := stand.NewUser(t)
	made := store(t, stand, ana, "a.pdf")
	t.Run("another user's file is as one that does not exist", func(t *testing.T) {
		theirs := api.Get(path(made.ID.String()), bo.Token)
		f := theirs.Fails(t, http.StatusNotFound, "upload.not_found")
		none := api.Get(path("01890a5d-ac96-774b-bcce-b302099a8057"), bo.Token)
		g := none.Fails(t, http.StatusNotFound, "upload.not_found")
		if a, b := strings.ReplaceAll(string(theirs.Body), f.RequestID, ""), strings.ReplaceAll(string(none.Body), g.RequestID, ""); a != b {
			t.Errorf("got %s, and %s for none", a, b)
		}
	})
	t.Run("without its signature the link is refused", func(t *testing.T) {
		to := link(t, api, ana.Token, made.ID.String())
		to.RawQuery = ""
		refused(t, to.String())
	})
	t.Run("a changed link is refused", func(t *testing.T) {
		other := store(t, stand, ana, "b.pdf")
		for what, change := range map[string]func(*url.URL, url.Values){
			"another file": func(u *url.URL, _ url.Values) { u.Path = strings.ReplaceAll(u.Path, made.Key, other.Key) },
			"lessons": func(u *url.URL, _ url.Values) {
				u.Path = strings.ReplaceAll(u.Path, made.Bucket, stand.Variable("CONTENT_BUCKET"))
			},
			"more time":      func(_ *url.URL, q url.Values) { q.Set("X-Amz-Expires", "3600") },
			"another type":   func(_ *url.URL, q url.Values) { q.Set("response-content-type", "text/html") },
			"shown in place": func(_ *url.URL, q url.Values) { q.Set("response-content-disposition", "inline") },
			"no disposition": func(_ *url.URL, q url.Values) { q.Del("response-content-disposition") },
			"another day":    func(_ *url.URL, q url.Values) { q.Set("X-Amz-Date", "20300101T000000Z") },
			"another signer": func(_ *url.URL, q url.Values) {
				q.Set("X-Amz-Credential", strings.Replace(q.Get("X-Amz-Credential"), "GETUPLOADCONTENT", "GETLESSON", 1))
			},
		} {
			to := link(t, api, ana.Token, made.ID.String())
			query := to.Query()
			change(to, query)
			to.RawQuery = query.Encode()
			got := follow(t, http.MethodGet, to.String(), nil)
			if got.Status != http.StatusForbidden && got.Status != http.StatusBadRequest || bytes.Contains(got.Body, content) {
				t.Errorf("%s: got %d %.100s, want 403, or 400 for a signature that contradicts itself", what, got.Status, got.Body)
			}
		}
	})
	t.Run("the link is for reading alone", func(t *testing.T) {
		to := link(t, api, ana.Token, made.ID.String()).String()
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPost} {
			if got := follow(t, method, to, nil); got.Status < 400 {
				t.Errorf("%s: got %d", method, got.Status)
			}
		}
		if got := follow(t, http.MethodGet, to, nil); got.Status != http.StatusOK || !bytes.Equal(got.Body, content) {
			t.Errorf("afterwards: %d", got.Status)
		}
	})
	t.Run("what the function signs for lessons is refused", func(t *testing.T) {
		lesson := stand.NewLesson(t, "go", 1).State()
		if err := buckets.Bucket(stand, "CONTENT_BUCKET").Put(t.Context(), lesson.ContentKey, lesson.ContentType, content); err != nil {
			t.Fatal(err)
		}
		to, err := stand.Env(t, name).Bucket("CONTENT_BUCKET").Link(t.Context(), lesson.ContentKey, "text/plain", "inline", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, to)
	})
	t.Run("what it signs outside files/ is refused", func(t *testing.T) {
		bucket := buckets.Bucket(stand, "UPLOADS_BUCKET")
		if err := bucket.Put(t.Context(), "private/x", "text/plain", content); err != nil {
			t.Fatal(err)
		}
		to, err := stand.Env(t, name).Bucket("UPLOADS_BUCKET").Link(t.Context(), "private/x", "text/plain", "inline", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, to)
	})
	stand.ExpectRefused(t, name)
}

func refused(t testing.TB, to string) {
	t.Helper()
	if got := follow(t, http.MethodGet, to, nil); got.Status != http.StatusForbidden || bytes.Contains(got.Body, content) {
		t.Errorf("got %d %.100s, want 403", got.Status, got.Body)
	}
}

func TestD10ALinkEnds(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	made := store(t, stand, user, "a.pdf")
	if got := link(t, api, user.Token, made.ID.String()).Query().Get("X-Amz-Expires"); got != "300" {
		t.Errorf("a link lives %s s, want 300", got)
	}
	short, err := stand.Env(t, name).Bucket("UPLOADS_BUCKET").Link(t.Context(), made.Key, "text/plain", "inline", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		got := follow(t, http.MethodGet, short, nil)
		if got.Status == http.StatusForbidden {
			return
		}
		if got.Status != http.StatusOK || time.Since(begin) > 10*time.Second {
			t.Fatalf("after %v a link of 1 s answers %d", time.Since(begin), got.Status)
		}
	}
}

func TestD29ANameCannotBreakTheHeader(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	for _, fileName := range []string{`a"; filename="evil.exe`, "a\r\nSet-Cookie: x=1", "a;b=c.pdf", "%00.pdf", "学\U0001f600.pdf", `back\slash.pdf`, strings.Repeat("学", 85)} {
		got := follow(t, http.MethodGet, link(t, api, user.Token, store(t, stand, user, fileName).ID.String()).String(), nil)
		disposition := got.Header.Get("Content-Disposition")
		if got.Status != http.StatusOK || !strings.HasPrefix(disposition, `attachment; filename="`) || strings.Count(disposition, `"`) != 2 || got.Header.Get("Set-Cookie") != "" {
			t.Errorf("%q: %d with %s", fileName, got.Status, disposition)
		}
	}
}

func TestD31TheURLOfAnUploadCanBeFollowed(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	made := store(t, stand, user, "a.pdf")
	// create-upload answers exactly this path; its test holds it to that.
	got := follow(t, http.MethodGet, link(t, api, user.Token, made.ID.String()).String(), nil)
	if got.Status != http.StatusOK || !bytes.Equal(got.Body, content) {
		t.Errorf("got %d with %d bytes", got.Status, len(got.Body))
	}
}

func TestD33FilesAreCachedByTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	got := follow(t, http.MethodGet, link(t, api, user.Token, store(t, stand, user, "a.pdf").ID.String()).String(), nil)
	if caching := got.Header.Get("Cache-Control"); caching != "private, max-age=300" {
		t.Errorf("Cache-Control: %s, want private and no longer than the link", caching)
	}
}

func TestD34ETagRangeAndConditions(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	made := store(t, stand, user, "a.pdf")
	to := link(t, api, user.Token, made.ID.String()).String()
	whole := follow(t, http.MethodGet, to, nil)
	tag := whole.Header.Get("ETag")
	if len(tag) < 10 || tag[0] != '"' || strings.Contains(tag, made.ID.String()) || whole.Header.Get("Last-Modified") == "" {
		t.Errorf("ETag %s, Last-Modified %s", tag, whole.Header.Get("Last-Modified"))
	}
	for _, c := range []struct {
		what, header, value string
		status              int
		body                []byte
	}{
		{"the same tag", "If-None-Match", tag, http.StatusNotModified, nil},
		{"another tag", "If-None-Match", `"other"`, http.StatusOK, content},
		{"the first bytes", "Range", "bytes=0-7", http.StatusPartialContent, content[:8]},
		{"the last bytes", "Range", "bytes=-5", http.StatusPartialContent, content[len(content)-5:]},
		{"bytes that are not there", "Range", "bytes=100000-", http.StatusRequestedRangeNotSatisfiable, nil},
		{"nothing newer", "If-Modified-Since", whole.Header.Get("Last-Modified"), http.StatusNotModified, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			got := follow(t, http.MethodGet, to, http.Header{c.header: {c.value}})
			if got.Status != c.status || c.body != nil && !bytes.Equal(got.Body, c.body) {
				t.Errorf("got %d %q, want %d %q", got.Status, got.Body, c.status, c.body)
			}
			if c.status == http.StatusPartialContent && !strings.HasPrefix(got.Header.Get("Content-Range"), "bytes ") {
				t.Errorf("Content-Range: %q", got.Header.Get("Content-Range"))
			}
			if c.status == http.StatusNotModified && len(got.Body) != 0 {
				t.Errorf("304 with %d bytes", len(got.Body))
			}
		})
	}
	t.Run("other bytes have another tag", func(t *testing.T) {
		other := store(t, stand, user, "b.pdf")
		if err := buckets.Bucket(stand, "UPLOADS_BUCKET").Put(t.Context(), other.Key, "text/html", append([]byte(" "), content...)); err != nil {
			t.Fatal(err)
		}
		if got := follow(t, http.MethodGet, link(t, api, user.Token, other.ID.String()).String(), nil).Header.Get("ETag"); got == tag || got == "" {
			t.Errorf("ETag %s for both", got)
		}
	})
}

func TestD62WhatIsNoIDIs404(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api, user := stand.Serve(t, name, handler), stand.NewUser(t)
	ids := []string{"undefined", "me", "01890A5D-AC96-774B-BCCE-B302099A8057", "01890a5d-ac96-474b-bcce-b302099a8057", strings.Repeat("a", 1000)}
	for _, id := range ids {
		api.Get(path(id), user.Token).Fails(t, http.StatusNotFound, "not_found")
	}
	if calls := stand.Calls(t, name); len(calls) != len(ids) { // whether the session stands
		t.Errorf("no ids were looked for with %v", calls)
	}
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	made := store(t, stand, user, "a.pdf")
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path(made.ID.String())})
}

func TestD77ANewUploadIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	made := store(t, stand, user, "a.pdf")
	stand.Intercept(localtest.Lagging)
	link(t, api, user.Token, made.ID.String())
}

func TestADeadStore(t *testing.T) {
	t.Parallel()
	t.Run("the database is 503", func(t *testing.T) {
		t.Parallel()
		stand, api, user := open(t)
		made := store(t, stand, user, "a.pdf")
		stand.Intercept(localtest.Down())
		api.Get(path(made.ID.String()), user.Token).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
		stand.Intercept(nil)
		link(t, api, user.Token, made.ID.String())
	})
	t.Run("the file store is not asked for a link", func(t *testing.T) {
		t.Parallel()
		stand, _, user := open(t)
		made := store(t, stand, user, "a.pdf")
		stand.S3 = localtest.Nowhere(t)
		api := stand.Serve(t, name, handler)
		if got := link(t, api, user.Token, made.ID.String()).String(); !strings.HasPrefix(got, stand.S3) {
			t.Errorf("the link leads to %s", got)
		}
	})
}
