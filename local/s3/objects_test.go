package s3_test

import (
	"crypto/md5"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"lyceum/local/s3"
)

func status(err error) int {
	var res *awshttp.ResponseError
	if errors.As(err, &res) {
		return res.HTTPStatusCode()
	}
	return 0
}

func TestObjects(t *testing.T) {
	t.Parallel()
	e := start(t, s3.Options{}, s3.Bucket{})
	ctx := t.Context()
	const key, content = "lessons/ä b+c/1.md", "# Goroutines\n"
	put, err := e.client.PutObject(ctx, &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), Body: strings.NewReader(content),
		ContentType: aws.String("text/markdown"), CacheControl: aws.String("private"), Metadata: map[string]string{"lesson": "7"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("what was put is got, with its headers, ETag and checksum", func(t *testing.T) {
		got, err := e.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), ChecksumMode: types.ChecksumModeEnabled})
		if err != nil {
			t.Fatal(err)
		}
		if body := read(t, got.Body); body != content {
			t.Errorf("content = %q, want %q", body, content)
		}
		shown := fmt.Sprint(*got.ContentType, *got.CacheControl, got.Metadata, *got.ETag == fmt.Sprintf(`"%x"`, md5.Sum([]byte(content))), *got.ChecksumCRC32 == *put.ChecksumCRC32, got.ChecksumType, got.VersionId)
		if want := "text/markdownprivatemap[lesson:7] true trueFULL_OBJECT<nil>"; shown != want {
			t.Errorf("headers = %s, want %s", shown, want)
		}
	})
	t.Run("head tells the same without the body", func(t *testing.T) {
		got, err := e.client.HeadObject(ctx, &awss3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
		if err != nil || *got.ContentLength != int64(len(content)) || *got.ETag != *put.ETag || *got.ContentType != "text/markdown" {
			t.Errorf("head = %+v, %v", got, err)
		}
	})
	t.Run("a range is 206 and one behind the end 416", func(t *testing.T) {
		got, err := e.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), Range: aws.String("bytes=2-5")})
		if err != nil {
			t.Fatal(err)
		}
		if body := read(t, got.Body); body != "Goro" || *got.ContentRange != "bytes 2-5/13" {
			t.Errorf("range = %q, %s", body, *got.ContentRange)
		}
		_, err = e.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), Range: aws.String("bytes=99-")})
		if code(err) != "InvalidRange" || status(err) != 416 {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("If-None-Match with the ETag is 304, If-Match with another 412", func(t *testing.T) {
		_, err := e.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), IfNoneMatch: put.ETag})
		if status(err) != http.StatusNotModified {
			t.Errorf("error = %v, want 304", err)
		}
		_, err = e.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), IfMatch: aws.String(`"other"`)})
		if code(err) != "PreconditionFailed" || status(err) != 412 {
			t.Errorf("error = %v, want 412", err)
		}
	})
	t.Run("a conditional put keeps what is there", func(t *testing.T) {
		again := &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), Body: strings.NewReader("x"), IfNoneMatch: aws.String("*")}
		if _, err := e.client.PutObject(ctx, again); code(err) != "PreconditionFailed" || status(err) != 412 {
			t.Errorf("If-None-Match: * = %v, want 412", err)
		}
		again.IfNoneMatch, again.IfMatch = nil, aws.String(`"other"`)
		if _, err := e.client.PutObject(ctx, again); code(err) != "PreconditionFailed" {
			t.Errorf("If-Match = %v, want 412", err)
		}
		if got := e.content(t, key); got != content {
			t.Errorf("content = %q", got)
		}
	})
	t.Run("of many conditional puts at once one succeeds", func(t *testing.T) {
		var wg sync.WaitGroup
		codes := make([]string, 20)
		for i := range codes {
			wg.Go(func() {
				_, err := e.client.PutObject(ctx, &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("once"), Body: strings.NewReader(fmt.Sprint(i)), IfNoneMatch: aws.String("*")})
				codes[i] = code(err)
			})
		}
		wg.Wait()
		winner := slices.Index(codes, "")
		if winner < 0 || e.content(t, "once") != fmt.Sprint(winner) {
			t.Fatalf("codes = %q, content = %q", codes, e.content(t, "once"))
		}
		for i, got := range codes {
			if i != winner && got != "PreconditionFailed" {
				t.Errorf("put %d = %q", i, got)
			}
		}
	})
	t.Run("a body that does not have its checksum or MD5 is not stored", func(t *testing.T) {
		_, err := e.client.PutObject(ctx, &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("bad"), Body: strings.NewReader("x"), ChecksumSHA256: aws.String("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")})
		if code(err) != "BadDigest" {
			t.Errorf("checksum error = %v", err)
		}
		_, err = e.client.PutObject(ctx, &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("bad"), Body: strings.NewReader("x"), ContentMD5: aws.String("1B2M2Y8AsgTpgAmY7PhCfg==")})
		if code(err) != "BadDigest" {
			t.Errorf("MD5 error = %v", err)
		}
		if got := e.content(t, "bad"); got != "NoSuchKey" {
			t.Errorf("content = %q", got)
		}
	})
	t.Run("each checksum algorithm is taken and told again", func(t *testing.T) {
		for _, algorithm := range []types.ChecksumAlgorithm{"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"} {
			put, err := e.client.PutObject(ctx, &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("sum"), Body: strings.NewReader("sum"), ChecksumAlgorithm: algorithm})
			if err != nil {
				t.Errorf("%s: %v", algorithm, err)
				continue
			}
			got, err := e.client.HeadObject(ctx, &awss3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String("sum"), ChecksumMode: types.ChecksumModeEnabled})
			want := fmt.Sprint(aws.ToString(put.ChecksumCRC32), aws.ToString(put.ChecksumCRC32C), aws.ToString(put.ChecksumCRC64NVME), aws.ToString(put.ChecksumSHA1), aws.ToString(put.ChecksumSHA256))
			if err != nil || want == "" || want != fmt.Sprint(aws.ToString(got.ChecksumCRC32), aws.ToString(got.ChecksumCRC32C), aws.ToString(got.ChecksumCRC64NVME), aws.ToString(got.ChecksumSHA1), aws.ToString(got.ChecksumSHA256)) {
				t.Errorf("%s: head = %+v, %v; want %s", algorithm, got, err, want)
			}
		}
	})
	t.Run("a deleted object is gone, and deleting what is not there succeeds", func(t *testing.T) {
		e.put(t, "gone", "x")
		for range 2 {
			if _, err := e.client.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String("gone")}); err != nil {
				t.Error(err)
			}
		}
		if got := e.content(t, "gone"); got != "NoSuchKey" {
			t.Errorf("content = %q", got)
		}
	})
	t.Run("keys may be prefixes of keys, and differ by case", func(t *testing.T) {
		for _, key := range []string{"tree", "tree/leaf", "tree/", "Tree"} {
			e.put(t, key, "content of "+key)
		}
		for _, key := range []string{"tree", "tree/leaf", "tree/", "Tree"} {
			if got := e.content(t, key); got != "content of "+key {
				t.Errorf("content of %s = %q", key, got)
			}
		}
	})
	t.Run("an unknown bucket and a key that is too long are named", func(t *testing.T) {
		_, err := e.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: aws.String("other-bucket"), Key: aws.String("x")})
		if code(err) != "NoSuchBucket" {
			t.Errorf("error = %v", err)
		}
		_, err = e.client.PutObject(ctx, &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String(strings.Repeat("k", 1025)), Body: strings.NewReader("")})
		if code(err) != "KeyTooLongError" {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("what is not served says NotImplemented", func(t *testing.T) {
		_, err := e.client.PutObject(ctx, &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("x"), Body: strings.NewReader(""), Tagging: aws.String("a=b")})
		if code(err) != "NotImplemented" {
			t.Errorf("tagging = %v", err)
		}
		_, err = e.client.GetObjectTagging(ctx, &awss3.GetObjectTaggingInput{Bucket: aws.String(bucket), Key: aws.String(key)})
		if code(err) != "NotImplemented" {
			t.Errorf("get tagging = %v", err)
		}
	})
}

func TestCopy(t *testing.T) {
	t.Parallel()
	e := start(t, s3.Options{}, s3.Bucket{})
	ctx := t.Context()
	put, err := e.client.PutObject(ctx, &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("from/ü 1"), Body: strings.NewReader("copied"), ContentType: aws.String("image/png")})
	if err != nil {
		t.Fatal(err)
	}
	copyTo := func(key string, change func(*awss3.CopyObjectInput)) (*awss3.CopyObjectOutput, error) {
		in := &awss3.CopyObjectInput{Bucket: aws.String(bucket), Key: &key, CopySource: aws.String(bucket + "/from/%C3%BC%201")}
		change(in)
		return e.client.CopyObject(ctx, in)
	}
	for _, test := range []struct {
		sentence, code, contentType string
		change                      func(*awss3.CopyObjectInput)
	}{
		{"a copy has bytes, type and ETag of its source", "", "image/png", func(*awss3.CopyObjectInput) {}},
		{"a copy can have another type", "", "image/webp", func(in *awss3.CopyObjectInput) {
			in.MetadataDirective, in.ContentType = types.MetadataDirectiveReplace, aws.String("image/webp")
		}},
		{"a copy of another version than expected is refused", "PreconditionFailed", "", func(in *awss3.CopyObjectInput) { in.CopySourceIfMatch = aws.String(`"x"`) }},
		{"a copy that must not replace anything replaces nothing", "PreconditionFailed", "", func(in *awss3.CopyObjectInput) {
			in.Key, in.IfNoneMatch = aws.String("from/ü 1"), aws.String("*")
			in.MetadataDirective = types.MetadataDirectiveReplace
		}},
		{"a copy onto itself must change something", "InvalidRequest", "", func(in *awss3.CopyObjectInput) { in.Key = aws.String("from/ü 1") }},
		{"a copy of nothing is refused", "NoSuchKey", "", func(in *awss3.CopyObjectInput) { in.CopySource = aws.String(bucket + "/nothing") }},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			key := "to/" + test.sentence
			out, err := copyTo(key, test.change)
			if code(err) != test.code {
				t.Fatalf("error = %v, want %q", err, test.code)
			}
			if err != nil {
				return
			}
			got, err := e.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: &key})
			if err != nil {
				t.Fatal(err)
			}
			if body := read(t, got.Body); body != "copied" || *got.ContentType != test.contentType || *got.ETag != *put.ETag || *out.CopyObjectResult.ETag != *put.ETag {
				t.Errorf("copy = %q %+v", body, got)
			}
		})
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	e := start(t, s3.Options{}, s3.Bucket{})
	ctx := t.Context()
	keys := []string{"a", "a/1", "a/2", "a/b/3", "a!", "b/1", "c", "ä", "z"}
	for _, key := range keys {
		e.put(t, key, key)
	}
	for _, test := range []struct{ sentence, prefix, delimiter, after, want string }{
		{"all keys come in the order of their bytes", "", "", "", "a a! a/1 a/2 a/b/3 b/1 c z ä"},
		{"a prefix selects", "a/", "", "", "a/1 a/2 a/b/3"},
		{"a delimiter folds", "", "/", "", "a a! (a/) (b/) c z ä"},
		{"prefix and delimiter show one folder", "a/", "/", "", "a/1 a/2 (a/b/)"},
		{"start-after begins behind a key", "", "", "a/2", "a/b/3 b/1 c z ä"},
		{"nothing matches", "x", "", "", ""},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			for _, size := range []int32{1, 2, 1000} {
				var got []string
				pages := awss3.NewListObjectsV2Paginator(e.client, &awss3.ListObjectsV2Input{Bucket: aws.String(bucket), Prefix: &test.prefix,
					Delimiter: &test.delimiter, StartAfter: &test.after, MaxKeys: &size})
				for pages.HasMorePages() {
					page, err := pages.NextPage(ctx)
					if err != nil {
						t.Fatal(err)
					}
					if n := len(page.Contents) + len(page.CommonPrefixes); n != int(*page.KeyCount) || n > int(size) {
						t.Errorf("page of %d has %d, says %d", size, n, *page.KeyCount)
					}
					var both []string
					for _, o := range page.Contents {
						both = append(both, *o.Key)
					}
					for _, p := range page.CommonPrefixes {
						both = append(both, *p.Prefix)
					}
					slices.Sort(both)
					for _, key := range both {
						if strings.HasSuffix(key, "/") {
							key = "(" + key + ")"
						}
						got = append(got, key)
					}
				}
				if strings.Join(got, " ") != test.want {
					t.Errorf("pages of %d = %q, want %q", size, strings.Join(got, " "), test.want)
				}
			}
		})
	}
	t.Run("the first version of the call lists too", func(t *testing.T) {
		first, err := e.client.ListObjects(ctx, &awss3.ListObjectsInput{Bucket: aws.String(bucket), MaxKeys: aws.Int32(4), Delimiter: aws.String("/")})
		if err != nil || !*first.IsTruncated {
			t.Fatal(first, err)
		}
		rest, err := e.client.ListObjects(ctx, &awss3.ListObjectsInput{Bucket: aws.String(bucket), Marker: first.NextMarker, Delimiter: aws.String("/")})
		if err != nil || len(rest.Contents) != 3 || len(rest.CommonPrefixes) != 0 {
			t.Errorf("rest = %+v, %v", rest, err)
		}
	})
	t.Run("many objects are deleted in one call", func(t *testing.T) {
		out, err := e.client.DeleteObjects(ctx, &awss3.DeleteObjectsInput{Bucket: aws.String(bucket), Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("a/1")}, {Key: aws.String("none")}}}})
		if err != nil || len(out.Deleted) != 2 || len(out.Errors) != 0 {
			t.Errorf("answer = %+v, %v", out, err)
		}
		if got := e.content(t, "a/1"); got != "NoSuchKey" {
			t.Errorf("content = %q", got)
		}
	})
}
