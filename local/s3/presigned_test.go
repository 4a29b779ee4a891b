package s3_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/local/s3"
)

func TestPresignedGet(t *testing.T) {
	t.Parallel()
	e := start(t, s3.Options{}, s3.Bucket{})
	e.put(t, "files/1", "0123456789")
	link := func(t *testing.T, client *awss3.Client) string {
		t.Helper()
		signed, err := awss3.NewPresignClient(client).PresignGetObject(t.Context(), &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("files/1"),
			ResponseContentType: aws.String("image/png"), ResponseContentDisposition: aws.String(`attachment; filename="a b.png"; filename*=UTF-8''%C3%A4.png`),
			ResponseCacheControl: aws.String("private, max-age=300")}, awss3.WithPresignExpires(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return signed.URL
	}
	good := link(t, e.client)
	t.Run("the link yields the bytes under the headers that it names", func(t *testing.T) {
		got := send(t, "GET", good, "")
		if got.StatusCode != 200 || got.body != "0123456789" {
			t.Fatalf("answer = %d %s", got.StatusCode, got.body)
		}
		for name, want := range map[string]string{"Content-Type": "image/png", "Cache-Control": "private, max-age=300", "Accept-Ranges": "bytes",
			"Content-Disposition": `attachment; filename="a b.png"; filename*=UTF-8''%C3%A4.png`, "Etag": `"781e5e245d69b566979b86e28d23f2c7"`} {
			if got := got.Header.Get(name); got != want {
				t.Errorf("%s = %q, want %q", name, got, want)
			}
		}
	})
	t.Run("Range and If-None-Match work with it", func(t *testing.T) {
		if got := send(t, "GET", good, "", "Range", "bytes=3-4"); got.StatusCode != 206 || got.body != "34" || got.Header.Get("Content-Range") != "bytes 3-4/10" {
			t.Errorf("range = %d %q", got.StatusCode, got.body)
		}
		if got := send(t, "GET", good, "", "If-None-Match", `"781e5e245d69b566979b86e28d23f2c7"`); got.StatusCode != 304 || got.body != "" {
			t.Errorf("If-None-Match = %d %q", got.StatusCode, got.body)
		}
	})
	t.Run("another host name of the machine than the signed one is refused", func(t *testing.T) {
		send(t, "GET", strings.Replace(good, "127.0.0.1", "localhost", 1), "").is(t, 403, "SignatureDoesNotMatch")
	})
	t.Run("localhost in place of 127.0.0.1 works when signed so", func(t *testing.T) {
		client := newClient(strings.Replace(e.url, "127.0.0.1", "localhost", 1), "AKIDFIRST", secrets["AKIDFIRST"])
		send(t, "GET", link(t, client), "").is(t, 200, "")
	})
	for _, test := range []struct {
		sentence, code string
		url            func() string
	}{
		{"a changed signature", "SignatureDoesNotMatch", func() string { return changeQuery(good, "X-Amz-Signature", strings.Repeat("0", 64)) }},
		{"another key", "SignatureDoesNotMatch", func() string { return strings.Replace(good, "files/1", "files/2", 1) }},
		{"another content type", "SignatureDoesNotMatch", func() string { return changeQuery(good, "response-content-type", "text/html") }},
		{"a longer validity", "SignatureDoesNotMatch", func() string { return changeQuery(good, "X-Amz-Expires", "3600") }},
		{"another secret", "SignatureDoesNotMatch", func() string { return link(t, newClient(e.url, "AKIDFIRST", "guess")) }},
		{"an unknown key", "InvalidAccessKeyId", func() string { return link(t, newClient(e.url, "AKIDNOBODY", "guess")) }},
		{"a link whose time is over", "AccessDenied", func() string { return signedAt(t, e.url+"/"+bucket+"/files/1", time.Now().Add(-2*time.Hour)) }},
		{"no signature", "AccessDenied", func() string { return e.url + "/" + bucket + "/files/1" }},
	} {
		t.Run(test.sentence+" is refused", func(t *testing.T) { send(t, "GET", test.url(), "").is(t, 403, test.code) })
	}
	t.Run("no signature is enough for nothing", func(t *testing.T) {
		for _, call := range []string{"GET ", "GET ?list-type=2", "GET ?cors", "PUT /x", "DELETE /files/1", "POST /x?uploads"} {
			method, rest, _ := strings.Cut(call, " ")
			if got := send(t, method, e.url+"/"+bucket+rest, ""); got.StatusCode != 403 || between(got.body, "<Code>", "</Code>") != "AccessDenied" {
				t.Errorf("%s = %d %s", call, got.StatusCode, got.body)
			}
		}
	})
	t.Run("a link for a put takes exactly what was signed", func(t *testing.T) {
		signed, err := awss3.NewPresignClient(e.client).PresignPutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("put"),
			ContentType: aws.String("image/png"), ContentLength: aws.Int64(3)})
		if err != nil {
			t.Fatal(err)
		}
		send(t, "PUT", signed.URL, "abcd", "Content-Type", "image/png").is(t, 403, "SignatureDoesNotMatch")
		send(t, "PUT", signed.URL, "abc", "Content-Type", "text/html").is(t, 403, "SignatureDoesNotMatch")
		send(t, "PUT", signed.URL, "abc", "Content-Type", "image/png").is(t, 200, "")
	})
}

func TestTrailingChecksum(t *testing.T) {
	t.Parallel()
	e := start(t, s3.Options{}, s3.Bucket{})
	for _, test := range []struct {
		sentence, sum, code string
		status              int
	}{
		{"a body in chunks with its checksum behind is stored", "NhCmhg==", "", 200},
		{"with another checksum it is not", "AAAAAA==", "BadDigest", 400},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			const payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
			to, body := e.url+"/"+bucket+"/"+test.sum[:3], "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:"+test.sum+"\r\n\r\n"
			headers := []string{"X-Amz-Content-Sha256", payload, "X-Amz-Decoded-Content-Length", "5", "Content-Encoding", "aws-chunked", "X-Amz-Trailer", "x-amz-checksum-crc32"}
			req, err := http.NewRequest("PUT", to, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(headers); i += 2 {
				req.Header.Set(headers[i], headers[i+1])
			}
			credentials := aws.Credentials{AccessKeyID: "AKIDFIRST", SecretAccessKey: secrets["AKIDFIRST"]}
			if err := v4.NewSigner().SignHTTP(t.Context(), credentials, req, payload, "s3", region, time.Now()); err != nil {
				t.Fatal(err)
			}
			headers = append(headers, "Authorization", req.Header.Get("Authorization"), "X-Amz-Date", req.Header.Get("X-Amz-Date"))
			send(t, "PUT", to, body, headers...).is(t, test.status, test.code)
			want := map[string]string{"": "hello", "BadDigest": "NoSuchKey"}[test.code]
			if got := e.content(t, test.sum[:3]); got != want {
				t.Errorf("content = %q, want %q", got, want)
			}
		})
	}
}

func changeQuery(link, name, value string) string {
	u, _ := url.Parse(link)
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

// signedAt is a link for a GET, valid for an hour since at.
func signedAt(t *testing.T, link string, at time.Time) string {
	t.Helper()
	req, err := http.NewRequest("GET", link+"?X-Amz-Expires=3600", nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, _, err := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).PresignHTTP(t.Context(),
		aws.Credentials{AccessKeyID: "AKIDFIRST", SecretAccessKey: secrets["AKIDFIRST"]}, req, "UNSIGNED-PAYLOAD", "s3", region, at)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestPresignedPost(t *testing.T) {
	t.Parallel()
	e := start(t, s3.Options{}, s3.Bucket{})
	const limit = 100
	form := func(t *testing.T, client *awss3.Client, valid time.Duration) (string, map[string]string) {
		t.Helper()
		signed, err := awss3.NewPresignClient(client).PresignPostObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("staging/1")},
			func(o *awss3.PresignPostOptions) {
				o.Expires = valid
				o.Conditions = []any{[]any{"content-length-range", 1, limit}, []any{"eq", "$Content-Type", "image/png"}}
			})
		if err != nil {
			t.Fatal(err)
		}
		signed.Values["Content-Type"] = "image/png"
		return signed.URL, signed.Values
	}
	full := strings.Repeat("x", limit)
	t.Run("the form is taken up to the last allowed byte", func(t *testing.T) {
		to, fields := form(t, e.client, time.Minute)
		if got := post(t, to, fields, full); got.StatusCode != 204 || got.Header.Get("Etag") == "" {
			t.Fatalf("answer = %d %s", got.StatusCode, got.body)
		}
		head, err := e.client.HeadObject(t.Context(), &awss3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String("staging/1")})
		if err != nil || *head.ContentType != "image/png" || *head.ContentLength != limit {
			t.Errorf("head = %+v, %v", head, err)
		}
	})
	t.Run("success_action_status is not taken unless the policy allows it", func(t *testing.T) {
		to, fields := form(t, e.client, time.Minute)
		fields["success_action_status"] = "201"
		post(t, to, fields, full).is(t, 403, "AccessDenied")
	})
	for _, test := range []struct {
		sentence, code string
		status         int
		content        string
		change         func(fields map[string]string)
	}{
		{"one byte too much", "EntityTooLarge", 400, full + "x", nil},
		{"an empty file", "EntityTooSmall", 400, "", nil},
		{"another content type", "AccessDenied", 403, full, func(f map[string]string) { f["Content-Type"] = "text/html" }},
		{"no content type", "AccessDenied", 403, full, func(f map[string]string) { delete(f, "Content-Type") }},
		{"another key", "AccessDenied", 403, full, func(f map[string]string) { f["key"] = "staging/2" }},
		{"a field that the policy does not name", "AccessDenied", 403, full, func(f map[string]string) { f["x-amz-meta-a"] = "b" }},
		{"a changed policy", "SignatureDoesNotMatch", 403, full + "x", func(f map[string]string) {
			policy, _ := base64.StdEncoding.DecodeString(f["policy"])
			f["policy"] = base64.StdEncoding.EncodeToString(bytes.Replace(policy, []byte("100"), []byte("999"), 1))
		}},
		{"a changed signature", "SignatureDoesNotMatch", 403, full, func(f map[string]string) { f["X-Amz-Signature"] = strings.Repeat("0", 64) }},
		{"no policy and no signature", "AccessDenied", 403, full, func(f map[string]string) {
			for name := range f {
				if strings.HasPrefix(name, "X-Amz") || name == "policy" {
					delete(f, name)
				}
			}
		}},
	} {
		t.Run(test.sentence+" is refused", func(t *testing.T) {
			to, fields := form(t, e.client, time.Minute)
			if test.change != nil {
				test.change(fields)
			}
			post(t, to, fields, test.content).is(t, test.status, test.code)
		})
	}
	t.Run("a form whose time is over is refused", func(t *testing.T) {
		to, fields := form(t, e.client, -time.Minute)
		got := post(t, to, fields, full)
		got.is(t, 403, "AccessDenied")
		if !strings.Contains(got.body, "Policy expired") {
			t.Errorf("body = %s", got.body)
		}
	})
	t.Run("a form that ends within the file is refused", func(t *testing.T) {
		to, fields := form(t, e.client, time.Minute)
		body, contentType := formBody(t, fields, full)
		if got := send(t, "POST", to, body[:len(body)-90], "Content-Type", contentType); got.StatusCode != 400 {
			t.Errorf("answer = %d %s, want 400", got.StatusCode, got.body)
		}
	})
	t.Run("an unknown key is refused", func(t *testing.T) {
		to, fields := form(t, newClient(e.url, "AKIDNOBODY", "guess"), time.Minute)
		post(t, to, fields, full).is(t, 403, "InvalidAccessKeyId")
	})
	t.Run("nothing refused was stored", func(t *testing.T) {
		out, err := e.client.ListObjectsV2(t.Context(), &awss3.ListObjectsV2Input{Bucket: aws.String(bucket)})
		if err != nil || len(out.Contents) != 1 || *out.Contents[0].Size != limit {
			t.Errorf("objects = %+v, %v", out.Contents, err)
		}
	})
}

// post sends a form as a browser does: the fields, then the file.
func post(t *testing.T, to string, fields map[string]string, content string) answer {
	t.Helper()
	body, contentType := formBody(t, fields, content)
	return send(t, "POST", to, body, "Content-Type", contentType)
}

func formBody(t *testing.T, fields map[string]string, content string) (body, contentType string) {
	t.Helper()
	var buffer bytes.Buffer
	form := multipart.NewWriter(&buffer)
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile("file", "picture.png")
	if err == nil {
		_, err = io.WriteString(file, content)
	}
	if err != nil || form.Close() != nil {
		t.Fatal(err)
	}
	return buffer.String(), form.FormDataContentType()
}
