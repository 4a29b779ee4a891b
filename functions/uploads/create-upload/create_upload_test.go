package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const (
	name = "uploads/create-upload"
	path = "/api/uploads"
)

// form is a multipart request; each part is its Content-Disposition parameters, then its bytes.
func form(token string, parts ...any) localtest.Request {
	var b bytes.Buffer
	for i := 0; i < len(parts); i += 2 {
		fmt.Fprintf(&b, "--x\r\nContent-Disposition: form-data; %s\r\nContent-Type: application/x-php\r\n\r\n%s\r\n", parts[i], parts[i+1])
	}
	b.WriteString("--x--\r\n")
	header := http.Header{"Content-Type": {"multipart/form-data; boundary=x"}}
	return localtest.Request{Method: http.MethodPost, Path: path, Token: token, Body: b.String(), Header: header}
}

func file(token, fileName string, content []byte) localtest.Request {
	return form(token, `name="file"; filename="`+fileName+`"`, content)
}

func pngFile(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 16, 16))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegFile(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 16, 16)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webpFile is a picture of one pixel.
func webpFile(t testing.TB) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	b[4], b[16] = byte(len(b)-8), byte(len(b)-20)
	return b
}

// pdfFile is a document of the given size.
func pdfFile(size int) []byte {
	head, tail := "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n", "\ntrailer<</Root 1 0 R>>\n%%EOF"
	return []byte(head + strings.Repeat(" ", size-len(head)-len(tail)) + tail)
}

type upload struct {
	ID, URL, ContentType, OriginalName string
	Size                               int
}

// open is a stand with S3 and the function on it.
func open(t testing.TB) (*localtest.Stand, *localtest.API, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.Serve(t, name, handler), stand.NewUser(t)
}

// record is the upload as its owner's, with its bytes.
func record(t testing.TB, stand *localtest.Stand, owner localtest.User, id string) (domain.UploadState, []byte, error) {
	t.Helper()
	u, err := dynamo.Uploads{Table: stand.Table("LEARNING_TABLE")}.Upload(t.Context(), owner.ID, domain.RestoreID[domain.Upload](id))
	if err != nil {
		return domain.UploadState{}, nil, err
	}
	content, err := buckets.Bucket(stand, "UPLOADS_BUCKET").Get(t.Context(), u.State().Key, 5<<20)
	return u.State(), content, err
}

func TestCreateUploadAnswersTheUpload(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Do(file(user.Token, "plot.png", pngFile(t))) })
	var got upload
	answer.Data(t, http.StatusCreated, &got)
	want := "{data:{contentType:text createdAt:text id:text inParts:bool originalName:text size:number status:text url:text} success:bool}"
	if shape := answer.Shape(t); shape != want {
		t.Errorf("shape\n got %s\nwant %s", shape, want)
	}
	if got.ContentType != "image/png" || got.OriginalName != "plot.png" || got.Size != len(pngFile(t)) {
		t.Errorf("got %+v", got)
	}
	s, content, err := record(t, stand, user, got.ID)
	if err != nil || !bytes.Equal(content, pngFile(t)) || s.ContentType != "image/png" || s.Bucket != stand.Variable("UPLOADS_BUCKET") {
		t.Errorf("stored %+v with %d bytes, %v", s, len(content), err)
	}
	items := stand.Items(t, "LEARNING_TABLE")
	if n := localtest.With(items, "event"); n != 1 || strings.Contains(fmt.Sprint(items), "example.org") {
		t.Errorf("%d events in %v, want one without an address", n, items)
	}
}

func TestD10AFileLiesApartFromLessons(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	var got upload
	api.Do(file(user.Token, "../lessons/1.png", pngFile(t))).Data(t, http.StatusCreated, &got)
	s, _, err := record(t, stand, user, got.ID)
	if err != nil || s.Bucket == stand.Variable("CONTENT_BUCKET") || !strings.HasPrefix(s.Key, "files/") {
		t.Errorf("stored in %s as %s, %v", s.Bucket, s.Key, err)
	}
	bucket := stand.Env(t, name).Bucket("CONTENT_BUCKET")
	if err := bucket.Put(t.Context(), "lessons/1", "text/plain", []byte("x")); err == nil {
		t.Error("the function may write lessons")
	}
	if _, err := stand.Env(t, name).Bucket("UPLOADS_BUCKET").Get(t.Context(), s.Key, 1<<20); err == nil {
		t.Error("the function may read files")
	}
	stand.ExpectRefused(t, name)
}

func TestD28TheBytesTellTheType(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	for want, content := range map[string][]byte{
		"image/jpeg": jpegFile(t), "image/png": pngFile(t), "image/webp": webpFile(t), "application/pdf": pdfFile(300),
	} {
		t.Run(want+" is known whatever the client says", func(t *testing.T) {
			var got upload
			api.Do(file(user.Token, "x.html", content)).Data(t, http.StatusCreated, &got)
			if got.ContentType != want || got.Size != len(content) {
				t.Errorf("got %+v, want %s", got, want)
			}
			if _, stored, err := record(t, stand, user, got.ID); err != nil || !bytes.Equal(stored, content) {
				t.Errorf("stored %d bytes, %v, want %d", len(stored), err, len(content))
			}
		})
	}
	before := len(stand.Items(t, "LEARNING_TABLE"))
	html := "<html><script>alert(1)</script></html>"
	for what, content := range map[string]string{
		"text": "just text, long enough to be something", "HTML": html, "SVG": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
		"a GIF": "GIF89a\x01\x00\x01\x00\x00\x00\x00;" + html, "a ZIP": "PK\x03\x04" + strings.Repeat("\x00", 60), "a program": "\x7fELF" + strings.Repeat("\x00", 60),
		"HTML behind a PNG's signature": "\x89PNG\r\n\x1a\n" + html, "HTML behind a JPEG's": "\xff\xd8\xff\xe0" + html, "half a PNG": string(pngFile(t)[:40]),
		"half a JPEG": string(jpegFile(t)[:300]), "a PDF behind HTML": html + string(pdfFile(200)), "a PDF without an end": "%PDF-1.7\n" + html + html,
		"one byte": "x", "zeros": strings.Repeat("\x00", 4096),
	} {
		t.Run(what+" called a picture is refused", func(t *testing.T) {
			for _, fileName := range []string{"a.png", "a.jpg", "a.pdf"} {
				api.Do(file(user.Token, fileName, []byte(content))).Fails(t, http.StatusUnsupportedMediaType, "upload.type_unsupported")
			}
		})
	}
	if after := len(stand.Items(t, "LEARNING_TABLE")); after != before {
		t.Errorf("refused files left %d items", after-before)
	}
}

func TestD29TheNameIsCleanedAndNotInTheKey(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	for what, c := range map[string]struct{ disposition, want string }{
		"a path":                       {`filename="../../etc/passwd"`, "passwd"},
		"a path of Windows":            {`filename="C:\\fakepath\\plan.png"`, "plan.png"},
		"quotes":                       {`filename="a \"b\" c.png"`, `a "b" c.png`},
		"letters of all scripts":       {`filename="Größe 学.png"`, "Größe 学.png"},
		"the extended form":            {`filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E5%AD%A6.png`, "Größe 学.png"},
		"a right-to-left override":     {"filename=\"a\u202egnp.exe\"", "agnp.exe"},
		"dots alone":                   {`filename=".."`, "file"},
		"no characters":                {`filename=""`, "file"},
		"2000 characters":              {`filename="` + strings.Repeat("a", 2000) + `"`, strings.Repeat("a", 255)},
		"half a character at byte 255": {`filename="` + strings.Repeat("学", 100) + `"`, strings.Repeat("学", 85)},
	} {
		t.Run("a name with "+what, func(t *testing.T) {
			var got upload
			api.Do(form(user.Token, `name="file"; `+c.disposition, pngFile(t))).Data(t, http.StatusCreated, &got)
			if got.OriginalName != c.want {
				t.Errorf("got %q, want %q", got.OriginalName, c.want)
			}
			s, _, err := record(t, stand, user, got.ID)
			if err != nil || s.Key != "files/"+got.ID || s.OriginalName != c.want {
				t.Errorf("stored as %s named %q, %v; want files/%s", s.Key, s.OriginalName, err, got.ID)
			}
			if !strings.HasSuffix(got.URL, "/"+got.ID+"/content") {
				t.Errorf("url %s", got.URL)
			}
		})
	}
}

func TestD30TheSizeIsLimited(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	const limit = 4 << 20
	t.Run("4 MiB are accepted", func(t *testing.T) {
		var got upload
		api.Do(file(user.Token, "a.pdf", pdfFile(limit))).Data(t, http.StatusCreated, &got)
		if s, content, err := record(t, stand, user, got.ID); err != nil || got.Size != limit || s.Size != limit || len(content) != limit {
			t.Errorf("got %d, stored %d with %d bytes, %v", got.Size, s.Size, len(content), err)
		}
	})
	before := len(stand.Items(t, "LEARNING_TABLE"))
	t.Run("one byte more is refused, and the limit named", func(t *testing.T) {
		f := api.Do(file(user.Token, "a.pdf", pdfFile(limit+1))).Fails(t, http.StatusRequestEntityTooLarge, "upload.too_large")
		if !strings.Contains(f.Error, "4194304") {
			t.Errorf("%q does not name the limit", f.Error)
		}
	})
	t.Run("what no function can be given is refused by the gateway", func(t *testing.T) {
		for _, size := range []int{5 << 20, 11 << 20} {
			if got := api.Do(file(user.Token, "a.pdf", pdfFile(size))).Status; got != http.StatusRequestEntityTooLarge {
				t.Errorf("%d bytes: got %d, want 413", size, got)
			}
		}
	})
	t.Run("an empty file is refused", func(t *testing.T) {
		api.Do(file(user.Token, "a.pdf", nil)).Fails(t, http.StatusBadRequest, "upload.empty")
	})
	if after := len(stand.Items(t, "LEARNING_TABLE")); after != before {
		t.Errorf("refused files left %d items", after-before)
	}
}

func TestD82AFileBeyondTheQuotaLeavesNothing(t *testing.T) {
	t.Parallel()
	stand, _, user := open(t)
	env := stand.Env(t, name)
	lookup := env.Lookup
	env.Lookup = func(name string) string {
		if name == "UPLOAD_QUOTA_FILES" {
			return "1"
		}
		return lookup(name)
	}
	api := stand.ServeEnv(t, name, env, handler)
	api.Do(file(user.Token, "a.pdf", pdfFile(300))).Data(t, http.StatusCreated, new(upload))
	api.Do(file(user.Token, "b.pdf", pdfFile(300))).Fails(t, http.StatusConflict, "upload.quota_exceeded")
	if used, _ := buckets.Used(t, stand, user); used.Files != 1 || len(buckets.Keys(t, stand)) != 1 {
		t.Errorf("counted %+v, objects %q", used, buckets.Keys(t, stand))
	}
}

func TestD31TheURLIsWhole(t *testing.T) {
	t.Parallel()
	_, api, user := open(t)
	answer := api.Do(file(user.Token, "a.png", pngFile(t)))
	var got upload
	answer.Data(t, http.StatusCreated, &got)
	if want := api.URL + "/api/uploads/" + got.ID + "/content"; got.URL != want || answer.Header.Get("Location") != want {
		t.Errorf("url %s, Location %s, want %s", got.URL, answer.Header.Get("Location"), want)
	}
}

func TestD32TheOwnerIsTheCaller(t *testing.T) {
	t.Parallel()
	stand, api, ana := open(t)
	bo := stand.NewUser(t)
	var got upload
	withOwner := form(ana.Token, `name="uploadedBy"`, bo.ID.String(), `name="file"; filename="a.png"`, pngFile(t), `name="owner"`, bo.ID.String())
	api.Do(withOwner).Data(t, http.StatusCreated, &got)
	if s, _, err := record(t, stand, ana, got.ID); err != nil || s.Owner != ana.ID {
		t.Errorf("the caller's record is %+v, %v", s, err)
	}
	if _, _, err := record(t, stand, bo, got.ID); err != domain.ErrNoUpload {
		t.Errorf("another user finds it: %v", err)
	}
}

func TestD37MalformedFormsAreRefused(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	good := file(user.Token, "a.png", pngFile(t))
	with := func(contentType, body string) localtest.Request {
		r := good
		r.Header, r.Body = http.Header{"Content-Type": {contentType}}, body
		return r
	}
	multipart := good.Header.Get("Content-Type")
	for _, c := range []struct {
		name    string
		request localtest.Request
		status  int
		code    string
	}{
		{"JSON", with("application/json", `{"file":"x"}`), 415, "request.not_multipart"},
		{"a bare file", with("image/png", string(pngFile(t))), 415, "request.not_multipart"},
		{"no content type", with("", good.Body), 415, "request.not_multipart"},
		{"another multipart", with("multipart/mixed; boundary=x", good.Body), 415, "request.not_multipart"},
		{"no boundary", with("multipart/form-data", good.Body), 400, "request.malformed"},
		{"another boundary", with("multipart/form-data; boundary=y", good.Body), 400, "request.malformed"},
		{"a cut body", with(multipart, good.Body[:len(good.Body)-20]), 400, "request.malformed"},
		{"no body", with(multipart, ""), 400, "request.malformed"},
		{"no form at all", with(multipart, "hello"), 400, "request.malformed"},
		{"no parts", form(user.Token), 400, ""},
		{"another part alone", form(user.Token, `name="avatar"; filename="a.png"`, pngFile(t)), 400, "upload.file_missing"},
		{"a text named file", form(user.Token, `name="file"`, pngFile(t)), 400, "upload.file_missing"},
		{"two files", form(user.Token, `name="file"; filename="a.png"`, pngFile(t), `name="file"; filename="b.png"`, pngFile(t)), 400, "upload.file_repeated"},
	} {
		t.Run(c.name+" is refused", func(t *testing.T) {
			answer := api.Do(c.request)
			if c.code == "" { // either reason is true
				c.code = "upload.file_missing"
				if bytes.Contains(answer.Body, []byte("request.malformed")) {
					c.code = "request.malformed"
				}
			}
			answer.Fails(t, c.status, c.code)
		})
	}
	if items := stand.Items(t, "LEARNING_TABLE"); len(items) != 0 {
		t.Errorf("refused forms left %v", items)
	}
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, file("", "a.png", pngFile(t)))
}

func TestALostAnswerOfDynamoDBIsNoFailure(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	intercept, lost := localtest.LoseAnswer("TransactWriteItems")
	stand.Intercept(intercept)
	var got upload
	api.Do(file(user.Token, "a.png", pngFile(t))).Data(t, http.StatusCreated, &got)
	items := stand.Items(t, "LEARNING_TABLE")
	if localtest.With(items, "objectKey") != 1 || localtest.With(items, "event") != 1 || lost.Load() != 1 {
		t.Errorf("after %d lost answers: %v, want one record and one event", lost.Load(), items)
	}
	if _, content, err := record(t, stand, user, got.ID); err != nil || !bytes.Equal(content, pngFile(t)) {
		t.Errorf("%d bytes, %v", len(content), err)
	}
}

func TestADeadStoreIs503AndRecordsNothing(t *testing.T) {
	t.Parallel()
	t.Run("the database", func(t *testing.T) {
		t.Parallel()
		stand, api, user := open(t)
		stand.Intercept(localtest.Down())
		api.Do(file(user.Token, "a.png", pngFile(t))).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
		stand.Intercept(nil)
		if items := stand.Items(t, "LEARNING_TABLE"); len(items) != 0 {
			t.Errorf("a failed upload left %v", items)
		}
		api.Do(file(user.Token, "a.png", pngFile(t))).Data(t, http.StatusCreated, &upload{})
	})
	t.Run("the file store", func(t *testing.T) {
		t.Parallel()
		stand := localtest.New(t)
		stand.S3 = localtest.Nowhere(t)
		api, user := stand.Serve(t, name, handler), stand.NewUser(t)
		api.Do(file(user.Token, "a.png", pngFile(t))).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
		if items := stand.Items(t, "LEARNING_TABLE"); len(items) != 0 {
			t.Errorf("there is a record without bytes: %v", items)
		}
	})
}
