package s3_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"lyceum/local/s3"
)

func TestCORS(t *testing.T) {
	t.Parallel()
	e := start(t, s3.Options{}, s3.Bucket{CORS: []s3.CORS{{AllowedOrigins: []string{origin}, AllowedMethods: []string{"POST", "GET"},
		AllowedHeaders: []string{"*"}, ExposedHeaders: []string{"ETag"}, MaxAge: 600}}})
	preflight := func(origin, method string) answer {
		return send(t, "OPTIONS", e.url+"/"+bucket+"/files/1", "", "Origin", origin, "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "content-type")
	}
	t.Run("the preflight of a configured origin is answered", func(t *testing.T) {
		got := preflight(origin, "POST")
		if got.StatusCode != 200 && got.StatusCode != 204 {
			t.Fatalf("answer = %d %s", got.StatusCode, got.body)
		}
		for name, want := range map[string]string{"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": "POST, GET",
			"Access-Control-Allow-Headers": "content-type", "Access-Control-Max-Age": "600"} {
			if got := got.Header.Get(name); got != want {
				t.Errorf("%s = %q, want %q", name, got, want)
			}
		}
	})
	t.Run("another origin and another method are refused", func(t *testing.T) {
		preflight("https://evil.example", "POST").is(t, 403, "AccessForbidden")
		preflight(origin, "DELETE").is(t, 403, "AccessForbidden")
	})
	t.Run("the answer to a browser has the header, also when it is an error", func(t *testing.T) {
		e.put(t, "files/1", "x")
		signed, err := awss3.NewPresignClient(e.client).PresignGetObject(t.Context(), &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("files/1")})
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range []string{signed.URL, e.url + "/" + bucket + "/files/1"} {
			got := send(t, "GET", link, "", "Origin", origin)
			if got.Header.Get("Access-Control-Allow-Origin") != origin || !strings.Contains(got.Header.Get("Access-Control-Expose-Headers"), "ETag") {
				t.Errorf("headers = %v", got.Header)
			}
			if got := send(t, "GET", link, "", "Origin", "https://evil.example").Header.Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("Access-Control-Allow-Origin = %q", got)
			}
		}
	})
	t.Run("a bucket without rules allows no origin", func(t *testing.T) {
		if err := e.EnsureBucket(t.Context(), s3.Bucket{Name: "without-rules"}); err != nil {
			t.Fatal(err)
		}
		send(t, "OPTIONS", e.url+"/without-rules/x", "", "Origin", origin, "Access-Control-Request-Method", "GET").is(t, 403, "AccessForbidden")
	})
	t.Run("a rule that AWS would refuse is an error at the start", func(t *testing.T) {
		err := e.EnsureBucket(t.Context(), s3.Bucket{Name: "bad-rules", CORS: []s3.CORS{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"PATCH"}}}})
		if err == nil || !strings.Contains(err.Error(), "CORS of bucket bad-rules") {
			t.Errorf("error = %v", err)
		}
	})
}

func TestVersions(t *testing.T) {
	t.Parallel()
	e := start(t, s3.Options{}, s3.Bucket{})
	ctx := t.Context()
	e.put(t, "k", "before versions")
	if err := e.EnsureBucket(ctx, s3.Bucket{Name: bucket, Versioned: true}); err != nil {
		t.Fatal(err)
	}
	e.put(t, "k", "second")
	deleted, err := e.client.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String("k")})
	if err != nil || !aws.ToBool(deleted.DeleteMarker) {
		t.Fatal(deleted, err)
	}
	list := func() (all string) {
		t.Helper()
		for pages := awss3.NewListObjectVersionsPaginator(e.client, &awss3.ListObjectVersionsInput{Bucket: aws.String(bucket), MaxKeys: aws.Int32(1)}); pages.HasMorePages(); {
			page, err := pages.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range page.DeleteMarkers {
				all += fmt.Sprintf("[%s marker %t]", *m.Key, *m.IsLatest)
			}
			for _, v := range page.Versions {
				got, err := e.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: v.Key, VersionId: v.VersionId})
				if err != nil {
					t.Fatal(err)
				}
				all += fmt.Sprintf("[%s %q %t]", *v.Key, read(t, got.Body), *v.IsLatest)
			}
		}
		return all
	}
	t.Run("the state is told", func(t *testing.T) {
		out, err := e.client.GetBucketVersioning(ctx, &awss3.GetBucketVersioningInput{Bucket: aws.String(bucket)})
		if err != nil || out.Status != types.BucketVersioningStatusEnabled {
			t.Errorf("versioning = %+v, %v", out, err)
		}
	})
	t.Run("a deleted object keeps its versions", func(t *testing.T) {
		if got := e.content(t, "k"); got != "NoSuchKey" {
			t.Errorf("content = %q", got)
		}
		if got, want := list(), `[k marker true][k "second" false][k "before versions" false]`; got != want {
			t.Errorf("versions = %s, want %s", got, want)
		}
	})
	t.Run("without its delete marker the object is back", func(t *testing.T) {
		if _, err := e.client.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), VersionId: deleted.VersionId}); err != nil {
			t.Fatal(err)
		}
		if got, want := e.content(t, "k")+list(), `second[k "second" true][k "before versions" false]`; got != want {
			t.Errorf("content and versions = %s, want %s", got, want)
		}
	})
	t.Run("when versioning ends, only the version without id is replaced", func(t *testing.T) {
		if err := e.EnsureBucket(ctx, s3.Bucket{Name: bucket}); err != nil {
			t.Fatal(err)
		}
		e.put(t, "k", "third")
		if got, want := list(), `[k "third" true][k "second" false]`; got != want {
			t.Errorf("versions = %s, want %s", got, want)
		}
	})
	t.Run("an unknown version is named", func(t *testing.T) {
		_, err := e.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), VersionId: aws.String("none")})
		if code(err) != "NoSuchVersion" {
			t.Errorf("error = %v", err)
		}
	})
}

func TestAuthorize(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var asked []string
	denied := map[string]bool{}
	e := start(t, s3.Options{Authorize: func(r s3.Request) error {
		mu.Lock()
		defer mu.Unlock()
		question := strings.TrimSpace(strings.Join([]string{r.Action, r.Resource, r.Prefix}, " "))
		asked = append(asked, question)
		if r.AccessKeyID != "AKIDFIRST" || denied[r.Action] {
			return fmt.Errorf("%s may not %s", r.AccessKeyID, r.Action)
		}
		return nil
	}}, s3.Bucket{})
	ctx := t.Context()
	const arn = "arn:aws:s3:::" + bucket
	e.put(t, "a/1", "x")
	b, key := aws.String(bucket), aws.String("a/1")
	for _, test := range []struct {
		call, want string
		do         func() error
	}{
		{"put", "s3:PutObject " + arn + "/a/1", func() error {
			_, err := e.client.PutObject(ctx, &awss3.PutObjectInput{Bucket: b, Key: key, Body: strings.NewReader("x")})
			return err
		}},
		{"get", "s3:GetObject " + arn + "/a/1", func() error {
			_, err := e.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: b, Key: key})
			return err
		}},
		{"get of a version", "s3:GetObjectVersion " + arn + "/a/1", func() error {
			_, err := e.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: b, Key: key, VersionId: aws.String("null")})
			return err
		}},
		{"head", "s3:GetObject " + arn + "/a/1", func() error {
			_, err := e.client.HeadObject(ctx, &awss3.HeadObjectInput{Bucket: b, Key: key})
			return err
		}},
		{"list", "s3:ListBucket " + arn + " a/", func() error {
			_, err := e.client.ListObjectsV2(ctx, &awss3.ListObjectsV2Input{Bucket: b, Prefix: aws.String("a/")})
			return err
		}},
		{"copy", "s3:PutObject " + arn + "/b, s3:GetObject " + arn + "/a/1", func() error {
			_, err := e.client.CopyObject(ctx, &awss3.CopyObjectInput{Bucket: b, Key: aws.String("b"), CopySource: aws.String(bucket + "/a/1")})
			return err
		}},
		{"delete many", "s3:DeleteObject " + arn + "/x, s3:DeleteObject " + arn + "/y", func() error {
			out, err := e.client.DeleteObjects(ctx, &awss3.DeleteObjectsInput{Bucket: b, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("x")}, {Key: aws.String("y")}}}})
			if err == nil && len(out.Errors) > 0 {
				err = &awssError{*out.Errors[0].Code + ": " + *out.Errors[0].Message}
			}
			return err
		}},
		{"begin multipart", "s3:PutObject " + arn + "/m", func() error {
			_, err := e.client.CreateMultipartUpload(ctx, &awss3.CreateMultipartUploadInput{Bucket: b, Key: aws.String("m")})
			return err
		}},
		{"list buckets", "s3:ListAllMyBuckets arn:aws:s3:::*", func() error {
			_, err := e.client.ListBuckets(ctx, &awss3.ListBucketsInput{})
			return err
		}},
		{"bucket location", "s3:GetBucketLocation " + arn, func() error {
			_, err := e.client.GetBucketLocation(ctx, &awss3.GetBucketLocationInput{Bucket: b})
			return err
		}},
		{"versioning", "s3:GetBucketVersioning " + arn, func() error {
			_, err := e.client.GetBucketVersioning(ctx, &awss3.GetBucketVersioningInput{Bucket: b})
			return err
		}},
		{"set CORS", "s3:PutBucketCORS " + arn, func() error {
			_, err := e.client.PutBucketCors(ctx, &awss3.PutBucketCorsInput{Bucket: b, CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{{AllowedMethods: []string{"GET"}, AllowedOrigins: []string{"*"}}}}})
			return err
		}},
		{"get CORS", "s3:GetBucketCORS " + arn, func() error {
			_, err := e.client.GetBucketCors(ctx, &awss3.GetBucketCorsInput{Bucket: b})
			return err
		}},
		{"delete", "s3:DeleteObject " + arn + "/a/1", func() error {
			_, err := e.client.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: b, Key: key})
			return err
		}},
	} {
		t.Run(test.call+" needs exactly its permissions", func(t *testing.T) {
			mu.Lock()
			asked, denied = nil, map[string]bool{}
			mu.Unlock()
			if err := test.do(); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(asked, ", "); got != test.want {
				t.Errorf("asked for %s, want %s", got, test.want)
			}
			last := strings.Fields(asked[len(asked)-1])[0]
			mu.Lock()
			denied[last] = true
			mu.Unlock()
			err := test.do()
			if test.call == "head" { // has no body to say more
				if status(err) != 403 {
					t.Errorf("error = %v, want 403", err)
				}
			} else if err == nil || !strings.Contains(err.Error(), "AccessDenied: AKIDFIRST may not "+last) {
				t.Errorf("error = %v, want AccessDenied with the reason", err)
			}
		})
	}
	t.Run("who may not list does not learn that a key is missing", func(t *testing.T) {
		mu.Lock()
		denied = map[string]bool{"s3:ListBucket": true}
		mu.Unlock()
		if got := e.content(t, "missing"); got != "AccessDenied" {
			t.Errorf("error = %s", got)
		}
	})
	t.Run("a presigned link has the permissions of who signed it", func(t *testing.T) {
		signed, err := awss3.NewPresignClient(newClient(e.url, "AKIDSECOND", secrets["AKIDSECOND"])).PresignGetObject(ctx, &awss3.GetObjectInput{Bucket: b, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		got := send(t, "GET", signed.URL, "")
		got.is(t, 403, "AccessDenied")
		if !strings.Contains(got.body, "AKIDSECOND may not s3:GetObject") {
			t.Errorf("body = %s", got.body)
		}
	})
	t.Run("so has a form", func(t *testing.T) {
		signed, err := awss3.NewPresignClient(newClient(e.url, "AKIDSECOND", secrets["AKIDSECOND"])).PresignPostObject(ctx, &awss3.PutObjectInput{Bucket: b, Key: aws.String("form")})
		if err != nil {
			t.Fatal(err)
		}
		post(t, signed.URL, signed.Values, "x").is(t, 403, "AccessDenied")
	})
}

// awssError is an error told inside an answer.
type awssError struct{ text string }

func (e *awssError) Error() string { return e.text }

func TestFolder(t *testing.T) {
	t.Parallel()
	t.Run("data and settings outlive the server", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "new", "s3")
		t.Run("first", func(t *testing.T) {
			e := start(t, s3.Options{Dir: dir}, s3.Bucket{Versioned: true})
			e.put(t, "k", "kept")
		})
		begin := time.Now()
		e := start(t, s3.Options{Dir: dir}, s3.Bucket{Versioned: true})
		if took := time.Since(begin); took > 300*time.Millisecond {
			t.Errorf("the start took %v", took)
		}
		if got := e.content(t, "k"); got != "kept" {
			t.Errorf("content = %q", got)
		}
	})
	t.Run("a folder in use, a foreign one and an unreadable one are refused in one line", func(t *testing.T) {
		t.Parallel()
		used, foreign, file, broken := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "file"), t.TempDir()
		start(t, s3.Options{Dir: used}, s3.Bucket{})
		for _, name := range []string{filepath.Join(foreign, "thesis.txt"), file, filepath.Join(broken, "index.db")} {
			if err := os.WriteFile(name, bytes.Repeat([]byte("x"), 1<<16), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for dir, want := range map[string]string{used: "in use", foreign: "holds other things", file: "cannot be read", broken: "cannot be read as an index"} {
			_, err := s3.Open(s3.Options{Dir: dir, Region: region, Secret: secretOf})
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error = %v, want %q", err, want)
			}
		}
	})
	t.Run("two servers in one process share nothing", func(t *testing.T) {
		t.Parallel()
		before, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		one, two := start(t, s3.Options{Dir: t.TempDir()}, s3.Bucket{}), start(t, s3.Options{}, s3.Bucket{})
		one.put(t, "k", "one")
		two.put(t, "k", "two")
		if got := one.content(t, "k") + two.content(t, "k"); got != "onetwo" {
			t.Errorf("contents = %q", got)
		}
		if after, _ := os.Getwd(); after != before {
			t.Errorf("the working folder is now %s", after)
		}
	})
	t.Run("requests are logged for debugging only", func(t *testing.T) {
		t.Parallel()
		var mu sync.Mutex
		var logged bytes.Buffer
		log := slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return logged.Write(p)
		}), &slog.HandlerOptions{Level: slog.LevelDebug}))
		e := start(t, s3.Options{Log: log}, s3.Bucket{})
		e.put(t, "k", "x")
		mu.Lock()
		defer mu.Unlock()
		if got := logged.String(); !strings.Contains(got, "level=DEBUG msg=s3 method=PUT path=/"+bucket+"/k status=200") {
			t.Errorf("log = %s", got)
		}
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// TestMain lets this binary be the server that TestKill kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv("S3_TEST_SERVE"); dir != "" {
		if err := serveForever(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func serveForever(dir string) error {
	server, err := s3.Open(s3.Options{Dir: dir, Region: region, Secret: secretOf})
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err := errors.Join(err, server.EnsureBucket(context.Background(), s3.Bucket{Name: bucket, Events: true})); err != nil {
		return err
	}
	fmt.Println("http://" + ln.Addr().String())
	return server.Serve(ln)
}

func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "S3_TEST_SERVE="+dir)
	child.Stderr = os.Stderr
	stdout, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var url string
	if _, err := fmt.Fscanln(stdout, &url); err != nil {
		t.Fatal(err)
	}
	// Eight writers put, and put over, until the process is gone under them.
	client := newClient(url, "AKIDFIRST", secrets["AKIDFIRST"])
	answered := make([]map[string]string, 8)
	times := make([]map[string]int, 8)
	var wg sync.WaitGroup
	var total sync.WaitGroup
	total.Add(100)
	for w := range answered {
		answered[w], times[w] = make(map[string]string), make(map[string]int)
		wg.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("%d/%d", w, i%10)
				content := strings.Repeat(fmt.Sprintf("%d/%d ", w, i), 5000)
				if _, err := client.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: strings.NewReader(content)}); err != nil {
					answered[w][key] = answered[w][key] + "|" + content // either is right
					return
				}
				answered[w][key] = content
				times[w][key]++
				if i < 13 && w*13+i < 100 {
					total.Done()
				}
			}
		})
	}
	total.Wait()
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	_ = child.Wait()
	e := start(t, s3.Options{Dir: dir}, s3.Bucket{})
	for w := range answered {
		for key, want := range answered[w] {
			before, after, _ := strings.Cut(want, "|")
			if got := e.content(t, key); got != before && got != after && !(before == "" && got == "NoSuchKey") {
				t.Errorf("content of %s = %.20q…, want %.20q… or %.20q…", key, got, before, after)
			}
		}
	}
	notices, err := e.Notices(0, 1<<20)
	if err != nil {
		t.Error(err)
	}
	for _, n := range notices {
		w, _, _ := strings.Cut(n.Key, "/")
		number, _ := strconv.Atoi(w)
		times[number][n.Key]--
	}
	for w := range times {
		for key, left := range times[w] {
			if left > 0 {
				t.Errorf("%d answered writes of %s have no notice", left, key)
			}
		}
	}
	bodies, err := os.ReadDir(filepath.Join(dir, "bytes"))
	listed, listErr := e.client.ListObjectsV2(t.Context(), &awss3.ListObjectsV2Input{Bucket: aws.String(bucket)})
	if err != nil || listErr != nil || len(bodies) != len(listed.Contents) {
		t.Errorf("%d files for %d objects (%v, %v)", len(bodies), len(listed.Contents), err, listErr)
	}
}
