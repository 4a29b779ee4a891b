package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
	"lyceum/shared/objects"
)

const (
	name = "uploads/request-upload"
	path = "/api/uploads/request"
)

func open(t testing.TB) (*localtest.Stand, *localtest.API, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.Serve(t, name, handler), stand.NewUser(t)
}

func asked(fileName, contentType string, size int) string {
	return fmt.Sprintf(`{"fileName":%q,"contentType":%q,"size":%d}`, fileName, contentType, size)
}

func (o Out) form() objects.Form { return objects.Form{URL: o.URL, Fields: o.Fields} }

func TestRequestUploadAnswersAFormThatSendsTheFile(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	content := files.PNG(files.Picture(20, 20))
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Post(path, user.Token, asked("../a b.png", "image/png", len(content))) })
	var got Out
	answer.Data(t, http.StatusCreated, &got)
	if at := answer.Header.Get("Location"); at != "/api/uploads/"+got.ID {
		t.Errorf("Location %q", at)
	}
	ends, err := time.Parse(time.RFC3339, got.ExpiresAt)
	if left := time.Until(ends); err != nil || left < 14*time.Minute || left > 15*time.Minute || got.MaxSize != int64(len(content)) {
		t.Errorf("got %+v, which works for %v", got, left)
	}
	if want := "staging/" + user.ID.String() + "/" + got.ID; got.Fields["key"] != want || got.Fields["Content-Type"] != "image/png" {
		t.Errorf("fields %v, want key %s", got.Fields, want)
	}
	if sent := buckets.Send(t, got.form(), content); sent.Status != http.StatusNoContent {
		t.Errorf("S3 answers %d %s", sent.Status, sent.Body)
	}
	if keys := buckets.Keys(t, stand); len(keys) != 1 || keys[0] != got.Fields["key"] {
		t.Errorf("objects %q", keys)
	}
	if used, open := buckets.Used(t, stand, user); used != (domain.Usage{Bytes: int64(len(content)), Files: 1}) || open != 1 {
		t.Errorf("counted %+v, %d open", used, open)
	}
}

// D28, D30: S3 itself refuses what was not said.
func TestD30S3TakesExactlyWhatWasSaid(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	content := files.PDF("1.7", 1000)
	for what, c := range map[string]struct {
		content []byte
		change  func(map[string]string)
		reason  string
	}{
		"one byte more":       {append(content, 'x'), nil, "EntityTooLarge"},
		"one byte less":       {content[1:], nil, "EntityTooSmall"},
		"another type":        {content, func(f map[string]string) { f["Content-Type"] = "text/html" }, "AccessDenied"},
		"another key":         {content, func(f map[string]string) { f["key"] = "files/x" }, "AccessDenied"},
		"another's key":       {content, func(f map[string]string) { f["key"] = "staging/x/y" }, "AccessDenied"},
		"a field more":        {content, func(f map[string]string) { f["x-amz-meta-a"] = "b" }, "AccessDenied"},
		"a public object":     {content, func(f map[string]string) { f["acl"] = "public-read" }, "AccessDenied"},
		"a changed signature": {content, func(f map[string]string) { f["X-Amz-Signature"] = strings.Repeat("0", 64) }, "SignatureDoesNotMatch"},
	} {
		t.Run(what, func(t *testing.T) {
			var got Out
			api.Post(path, user.Token, asked("a.pdf", "application/pdf", len(content))).Data(t, http.StatusCreated, &got)
			if c.change != nil {
				c.change(got.Fields)
			}
			if sent := buckets.Send(t, got.form(), c.content); sent.Status < 400 || !strings.Contains(string(sent.Body), c.reason) {
				t.Errorf("S3 answers %d %s, want %s", sent.Status, sent.Body, c.reason)
			}
		})
	}
	if keys := buckets.Keys(t, stand); len(keys) != 0 {
		t.Errorf("what was refused lies under %q", keys)
	}
}

func TestAFormEnds(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	user, content := stand.NewUser(t), files.PDF("1.7", 100)
	upload, _ := buckets.Request(t, stand, user, "a.pdf", "application/pdf", int64(len(content)))
	over, err := stand.Env(t, name).Bucket("UPLOADS_BUCKET").Form(t.Context(), upload, -time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if sent := buckets.Send(t, over, content); sent.Status != http.StatusForbidden || !strings.Contains(string(sent.Body), "expired") {
		t.Errorf("S3 answers %d %s", sent.Status, sent.Body)
	}
}

func TestAChecksumIsHeldByS3(t *testing.T) {
	t.Parallel()
	_, api, user := open(t)
	content := files.PDF("1.7", 500)
	sum := sha256.Sum256(content)
	body := strings.Replace(asked("a.pdf", "application/pdf", len(content)), "{", `{"checksum":"`+base64.StdEncoding.EncodeToString(sum[:])+`",`, 1)
	var got Out
	api.Post(path, user.Token, body).Data(t, http.StatusCreated, &got)
	other := append([]byte(nil), content...)
	other[200] ^= 1
	if sent := buckets.Send(t, got.form(), other); sent.Status != http.StatusBadRequest {
		t.Errorf("other bytes: S3 answers %d %s, want 400", sent.Status, sent.Body)
	}
	if sent := buckets.Send(t, got.form(), content); sent.Status != http.StatusNoContent {
		t.Errorf("the bytes: S3 answers %d %s", sent.Status, sent.Body)
	}
}

func TestBadRequestsAreRefused(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	for _, c := range []struct {
		what, body, fields, code string
		status                   int
	}{
		{"nothing said", `{}`, "fileName contentType size", "request.invalid", 400},
		{"another type", asked("a.html", "text/html", 5), "contentType", "request.invalid", 400},
		{"two types", asked("a", "image/png, text/html", 5), "contentType", "request.invalid", 400},
		{"no bytes", asked("a", "image/png", 0), "size", "request.invalid", 400},
		{"fewer than no bytes", asked("a", "image/png", -1), "size", "request.invalid", 400},
		{"a checksum that is none", `{"fileName":"a","contentType":"image/png","size":1,"checksum":"abc"}`, "checksum", "request.invalid", 400},
		{"one byte too many", asked("a", "application/pdf", 10<<20+1), "", "upload.too_large", 413},
		{"most bytes a number can say", `{"fileName":"a","contentType":"image/png","size":9223372036854775807}`, "", "upload.too_large", 413},
		{"more than that", `{"fileName":"a","contentType":"image/png","size":9223372036854775808}`, "size", "request.invalid", 400},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := api.Post(path, user.Token, c.body).Fails(t, c.status, c.code).Fields(); got != c.fields {
				t.Errorf("details name %q, want %q", got, c.fields)
			}
		})
	}
	api.RefusesBadJSON(t, path, user.Token, asked("a.png", "image/png", 5))
	if items := stand.Items(t, "LEARNING_TABLE"); len(items) != 0 {
		t.Errorf("refused requests left %v", items)
	}
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, localtest.Request{Method: http.MethodPost, Path: path, Body: asked("a.png", "image/png", 5)})
}

// D82: there was no quota.
func TestD82TwentyAtOnceNeverPassTheQuota(t *testing.T) {
	t.Parallel()
	stand, _, user := open(t)
	env := stand.Env(t, name)
	lookup := env.Lookup
	env.Lookup = func(name string) string {
		if name == "UPLOAD_QUOTA_BYTES" {
			return "10500"
		}
		return lookup(name)
	}
	api := stand.ServeEnv(t, name, env, handler)
	var made, refused atomic.Int64
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			answer := api.Post(path, user.Token, asked("a.pdf", "application/pdf", 1000))
			switch answer.Status {
			case http.StatusCreated:
				made.Add(1)
			case http.StatusConflict:
				refused.Add(1)
				answer.Fails(t, http.StatusConflict, "upload.quota_exceeded")
			default:
				t.Errorf("got %d %s", answer.Status, answer.Body)
			}
		})
	}
	all.Wait()
	used, open := buckets.Used(t, stand, user)
	if made.Load() != 10 || refused.Load() != 10 || used != (domain.Usage{Bytes: 10000, Files: 10}) || open != 10 {
		t.Errorf("%d made, %d refused, counted %+v, %d open", made.Load(), refused.Load(), used, open)
	}
}

func TestD82OneMayNotReserveForEver(t *testing.T) {
	t.Parallel()
	stand, _, user := open(t)
	ahead := time.Duration(0)
	env := stand.Env(t, name)
	env.Now = func() time.Time { return time.Now().Add(ahead) }
	api := stand.ServeEnv(t, name, env, handler)
	token := func() string {
		return stand.Token(t, domain.RestoreUser(domain.UserState{ID: user.ID, Role: domain.Learner}), env.Now())
	}
	for range domain.MaxOpenUploads {
		api.Post(path, token(), asked("a.pdf", "application/pdf", 1000)).Data(t, http.StatusCreated, &Out{})
	}
	api.Post(path, token(), asked("a.pdf", "application/pdf", 1000)).Fails(t, http.StatusConflict, "upload.too_many_open")
	ahead = domain.FormReserved + time.Minute
	for i := range 3 {
		api.Post(path, token(), asked("a.pdf", "application/pdf", 1000)).Data(t, http.StatusCreated, &Out{})
		used, open := buckets.Used(t, stand, user)
		if want := max(domain.MaxOpenUploads-20*(i+1), 0) + i + 1; open != want || used != (domain.Usage{Bytes: int64(want) * 1000, Files: want}) {
			t.Errorf("after request %d: counted %+v, %d open, want %d", i+1, used, open, want)
		}
	}
	refused := 0
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if item["reason"] == "upload.expired" && item["expiresAt"] != nil {
			refused++
		}
	}
	if refused != domain.MaxOpenUploads {
		t.Errorf("%d uploads are told as expired, want %d", refused, domain.MaxOpenUploads)
	}
}

func TestALostAnswerReservesOnce(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	intercept, lost := localtest.LoseAnswer("TransactWriteItems")
	stand.Intercept(intercept)
	api.Post(path, user.Token, asked("a.pdf", "application/pdf", 1000)).Data(t, http.StatusCreated, &Out{})
	if used, open := buckets.Used(t, stand, user); used.Files != 1 || open != 1 || lost.Load() != 1 {
		t.Errorf("counted %+v, %d open, %d answers lost", used, open, lost.Load())
	}
}

func TestADeadDatabaseIs503(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	stand.Intercept(localtest.Down("TransactWriteItems"))
	api.Post(path, user.Token, asked("a.pdf", "application/pdf", 1000)).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	if items := stand.Items(t, "LEARNING_TABLE"); len(items) != 0 {
		t.Errorf("it left %v", items)
	}
}

// One form is one object: staging keeps no versions, so that who posts a form again stores nothing
// more than was reserved.
func TestAFormPostedThirtyOneTimesStoresOneObject(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	var got Out
	api.Post(path, user.Token, asked("a.pdf", "application/pdf", 1000)).Data(t, http.StatusCreated, &got)
	for range 31 {
		if sent := buckets.Send(t, got.form(), files.PDF("1.7", 1000)); sent.Status != http.StatusNoContent {
			t.Fatalf("S3 answers %d %s", sent.Status, sent.Body)
		}
	}
	if stored := buckets.Versions(t, stand); len(stored) != 1 {
		t.Errorf("31 posts of one form store %d objects and versions", len(stored))
	}
}
