package s3_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"lyceum/local/s3"
)

func TestNotices(t *testing.T) {
	t.Parallel()
	ctx, name := t.Context(), aws.String(bucket)

	t.Run("every way to make an object has its reason", func(t *testing.T) {
		t.Parallel()
		e := start(t, s3.Options{}, s3.Bucket{Events: true, Versioned: true})
		etag := strings.Trim(e.put(t, "a b/ü+", "12345"), `"`)
		_, err := e.client.CopyObject(ctx, &awss3.CopyObjectInput{Bucket: name, Key: aws.String("copy"), CopySource: aws.String(bucket + "/a%20b/%C3%BC%2B")})
		if err != nil {
			t.Fatal(err)
		}
		form, err := awss3.NewPresignClient(e.client).PresignPostObject(ctx, &awss3.PutObjectInput{Bucket: name, Key: aws.String("form")})
		if err != nil {
			t.Fatal(err)
		}
		post(t, form.URL, form.Values, "123").is(t, 204, "")
		multipart, err := e.client.CreateMultipartUpload(ctx, &awss3.CreateMultipartUploadInput{Bucket: name, Key: aws.String("parts")})
		if err != nil {
			t.Fatal(err)
		}
		part, err := e.client.UploadPart(ctx, &awss3.UploadPartInput{Bucket: name, Key: aws.String("parts"), UploadId: multipart.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("12")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.client.CompleteMultipartUpload(ctx, &awss3.CompleteMultipartUploadInput{Bucket: name, Key: aws.String("parts"), UploadId: multipart.UploadId,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32}}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.client.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: name, Key: aws.String("copy")}); err != nil {
			t.Fatal(err)
		}
		notices, err := e.Notices(0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range notices {
			got = append(got, fmt.Sprint(n.Sequence, " ", n.Key, " ", n.Size, " ", n.Reason))
			if n.Bucket != bucket || n.Version == "" || strings.Contains(n.ETag, `"`) || time.Since(n.At) > time.Minute {
				t.Errorf("got %+v", n)
			}
		}
		want := []string{"1 a b/ü+ 5 PutObject", "2 copy 5 CopyObject", "3 form 3 POST Object", "4 parts 2 CompleteMultipartUpload"}
		if !slices.Equal(got, want) || notices[0].ETag != etag {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("a write that was refused and a bucket without events tell nothing", func(t *testing.T) {
		t.Parallel()
		e := start(t, s3.Options{}, s3.Bucket{Events: true})
		e.put(t, "a", "1")
		if _, err := e.client.PutObject(ctx, &awss3.PutObjectInput{Bucket: name, Key: aws.String("a"), IfNoneMatch: aws.String("*")}); code(err) != "PreconditionFailed" {
			t.Fatal(err)
		}
		silent := start(t, s3.Options{}, s3.Bucket{})
		silent.put(t, "a", "1")
		for e, want := range map[*endpoint]int{e: 1, silent: 0} {
			if got, err := e.Notices(0, 100); err != nil || len(got) != want {
				t.Errorf("got %+v, %v, want %d", got, err, want)
			}
		}
	})
	t.Run("they are read in pieces, kept over restarts and forgotten when told to", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		t.Run("before", func(t *testing.T) {
			e := start(t, s3.Options{Dir: dir}, s3.Bucket{Events: true})
			for i := range 5 {
				e.put(t, fmt.Sprint(i), "1")
			}
			select {
			case <-e.Noticed():
			case <-time.After(5 * time.Second):
				t.Error("nobody was told")
			}
			if got, err := e.Notices(1, 2); err != nil || len(got) != 2 || got[0].Key != "1" || got[1].Sequence != 3 {
				t.Errorf("got %+v, %v", got, err)
			}
			if err := e.Forget(3); err != nil {
				t.Error(err)
			}
		})
		e := start(t, s3.Options{Dir: dir}, s3.Bucket{Events: true})
		e.put(t, "later", "1")
		got, err := e.Notices(0, 10)
		if err != nil || len(got) != 3 || got[0].Key != "3" || got[2].Key != "later" || got[2].Sequence != 6 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}
