package s3_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"lyceum/local/s3"
)

const minPart = 5 << 20 // bytes of all parts but the last

func TestMultipart(t *testing.T) {
	t.Parallel()
	e := start(t, s3.Options{}, s3.Bucket{})
	ctx := t.Context()
	begin := func(t *testing.T, key string) *string {
		t.Helper()
		out, err := e.client.CreateMultipartUpload(ctx, &awss3.CreateMultipartUploadInput{Bucket: aws.String(bucket), Key: &key, ContentType: aws.String("video/mp4"),
			ChecksumAlgorithm: types.ChecksumAlgorithmCrc32})
		if err != nil {
			t.Fatal(err)
		}
		return out.UploadId
	}
	upload := func(t *testing.T, key string, id *string, number int32, content []byte) types.CompletedPart {
		t.Helper()
		out, err := e.client.UploadPart(ctx, &awss3.UploadPartInput{Bucket: aws.String(bucket), Key: &key, UploadId: id, PartNumber: &number, Body: bytes.NewReader(content)})
		if err != nil {
			t.Fatal(err)
		}
		return types.CompletedPart{PartNumber: &number, ETag: out.ETag, ChecksumCRC32: out.ChecksumCRC32}
	}
	complete := func(key string, id *string, parts ...types.CompletedPart) (*awss3.CompleteMultipartUploadOutput, error) {
		return e.client.CompleteMultipartUpload(ctx, &awss3.CompleteMultipartUploadInput{Bucket: aws.String(bucket), Key: &key, UploadId: id,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
	}
	first, second := bytes.Repeat([]byte("a"), minPart), []byte("the end")

	t.Run("parts become one object with a multipart ETag and checksum", func(t *testing.T) {
		id := begin(t, "video")
		two, one := upload(t, "video", id, 2, second), upload(t, "video", id, 1, first)
		if got := e.content(t, "video"); got != "NoSuchKey" {
			t.Errorf("content before completion = %.20q", got)
		}
		listed, err := e.client.ListParts(ctx, &awss3.ListPartsInput{Bucket: aws.String(bucket), Key: aws.String("video"), UploadId: id, MaxParts: aws.Int32(1)})
		if err != nil || len(listed.Parts) != 1 || *listed.Parts[0].PartNumber != 1 || *listed.Parts[0].Size != minPart || !*listed.IsTruncated || *listed.Parts[0].ETag != *one.ETag {
			t.Errorf("parts = %+v, %v", listed, err)
		}
		out, err := complete("video", id, one, two)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(*out.ETag, `-2"`) || !strings.HasSuffix(aws.ToString(out.ChecksumCRC32), "-2") {
			t.Errorf("ETag = %s, checksum = %s", *out.ETag, aws.ToString(out.ChecksumCRC32))
		}
		if got := e.content(t, "video"); got != string(first)+string(second) {
			t.Errorf("content has %d bytes", len(got))
		}
		part, err := e.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("video"), PartNumber: aws.Int32(2)})
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, part.Body); got != string(second) || *part.PartsCount != 2 || *part.ContentType != "video/mp4" {
			t.Errorf("second part = %q %+v", got, part)
		}
		if _, err := complete("video", id, one, two); code(err) != "NoSuchUpload" {
			t.Errorf("completed again = %v", err)
		}
	})
	t.Run("parts can come by presigned links", func(t *testing.T) {
		id := begin(t, "linked")
		signed, err := awss3.NewPresignClient(e.client).PresignUploadPart(ctx, &awss3.UploadPartInput{Bucket: aws.String(bucket), Key: aws.String("linked"), UploadId: id, PartNumber: aws.Int32(1)})
		if err != nil {
			t.Fatal(err)
		}
		got := send(t, "PUT", signed.URL, "by link")
		got.is(t, 200, "")
		listed, err := e.client.ListParts(ctx, &awss3.ListPartsInput{Bucket: aws.String(bucket), Key: aws.String("linked"), UploadId: id})
		if err != nil || len(listed.Parts) != 1 {
			t.Fatal(listed, err)
		}
		if _, err := complete("linked", id, types.CompletedPart{PartNumber: aws.Int32(1), ETag: aws.String(got.Header.Get("Etag")), ChecksumCRC32: listed.Parts[0].ChecksumCRC32}); err != nil {
			t.Fatal(err)
		}
		if got := e.content(t, "linked"); got != "by link" {
			t.Errorf("content = %q", got)
		}
	})
	t.Run("a part can be copied from an object", func(t *testing.T) {
		e.put(t, "source", "0123456789")
		id := begin(t, "copied")
		out, err := e.client.UploadPartCopy(ctx, &awss3.UploadPartCopyInput{Bucket: aws.String(bucket), Key: aws.String("copied"), UploadId: id, PartNumber: aws.Int32(1),
			CopySource: aws.String(bucket + "/source"), CopySourceRange: aws.String("bytes=2-4")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := complete("copied", id, types.CompletedPart{PartNumber: aws.Int32(1), ETag: out.CopyPartResult.ETag, ChecksumCRC32: out.CopyPartResult.ChecksumCRC32}); err != nil {
			t.Fatal(err)
		}
		if got := e.content(t, "copied"); got != "234" {
			t.Errorf("content = %q", got)
		}
	})
	t.Run("an aborted upload is gone", func(t *testing.T) {
		id := begin(t, "aborted")
		one := upload(t, "aborted", id, 1, second)
		list := func() string {
			out, err := e.client.ListMultipartUploads(ctx, &awss3.ListMultipartUploadsInput{Bucket: aws.String(bucket), Prefix: aws.String("abo")})
			if err != nil {
				t.Fatal(err)
			}
			var keys []string
			for _, u := range out.Uploads {
				keys = append(keys, *u.Key)
			}
			return fmt.Sprint(keys)
		}
		if got := list(); got != "[aborted]" {
			t.Errorf("uploads = %s", got)
		}
		if _, err := e.client.AbortMultipartUpload(ctx, &awss3.AbortMultipartUploadInput{Bucket: aws.String(bucket), Key: aws.String("aborted"), UploadId: id}); err != nil {
			t.Fatal(err)
		}
		if got := list(); got != "[]" {
			t.Errorf("uploads = %s", got)
		}
		if _, err := complete("aborted", id, one); code(err) != "NoSuchUpload" {
			t.Errorf("error = %v", err)
		}
	})
	id := begin(t, "refused")
	one, two := upload(t, "refused", id, 1, second), upload(t, "refused", id, 2, second)
	for _, test := range []struct {
		sentence, code string
		parts          []types.CompletedPart
	}{
		{"parts out of order", "InvalidPartOrder", []types.CompletedPart{two, one}},
		{"a part that was not sent", "InvalidPart", []types.CompletedPart{{PartNumber: aws.Int32(9), ETag: one.ETag, ChecksumCRC32: one.ChecksumCRC32}}},
		{"a part with another ETag", "InvalidPart", []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: aws.String(`"00000000000000000000000000000000"`), ChecksumCRC32: one.ChecksumCRC32}}},
		{"a part with another checksum", "InvalidPart", []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: one.ETag, ChecksumCRC32: aws.String("AAAAAA==")}}},
		{"a part without its checksum", "InvalidRequest", []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: one.ETag}}},
		{"a small part before the last", "EntityTooSmall", []types.CompletedPart{one, two}},
	} {
		t.Run(test.sentence+" is refused", func(t *testing.T) {
			if _, err := complete("refused", id, test.parts...); code(err) != test.code {
				t.Errorf("error = %v, want %s", err, test.code)
			}
		})
	}
}
