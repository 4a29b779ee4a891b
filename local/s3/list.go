package s3

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
	bolt "go.etcd.io/bbolt"
)

// page is one answer to a listing.
type page struct {
	bucket, prefix, delimiter string
	after, afterID            string // key, common prefix or version that the page before ended with
	max                       int

	entries   []entry
	prefixes  []types.CommonPrefix
	truncated bool
	last      string // key or common prefix that this page ends with
	lastID    string
}

type entry struct {
	key    string
	latest bool
	version
}

// walk fills the page with current objects, or with all versions and delete markers, in the order of keys in UTF-8, newest version first.
func (p *page) walk(tx *bolt.Tx, versions bool) error {
	if _, err := state(tx, p.bucket); err != nil || p.max == 0 {
		return err
	}
	cursor := tx.Bucket(objectTable(p.bucket)).Cursor()
	previous := ""
	start := []byte(p.prefix)
	if p.after >= p.prefix {
		if start = beyond(p.after); p.afterID != "" {
			start = versionsOf(p.after)
		}
	}
	skipping := p.afterID != ""
	at, data := cursor.Seek(start)
	for at != nil && bytes.HasPrefix(at, []byte(p.prefix)) {
		e := entry{key: string(at[:len(at)-versionSuffix]), version: decode[version](data)}
		if skipping && e.key == p.after { // versions that the page before has shown
			skipping = e.ID != p.afterID
			previous = e.key
			at, data = cursor.Next()
			continue
		}
		e.latest, previous = e.key != previous, e.key
		if e.Marker && !versions {
			at, data = cursor.Seek(beyond(e.key))
			continue
		}
		common := p.common(e.key)
		if common != "" && common == p.after {
			at, data = cursor.Seek([]byte(common + "\xff"))
			continue
		}
		if len(p.entries)+len(p.prefixes) == p.max {
			p.truncated = true
			return nil
		}
		switch {
		case common != "":
			p.prefixes = append(p.prefixes, types.CommonPrefix{Prefix: &common})
			p.last, p.lastID = common, ""
			at, data = cursor.Seek([]byte(common + "\xff")) // no key has this byte
		case versions:
			p.entries = append(p.entries, e)
			p.last, p.lastID = e.key, e.ID
			at, data = cursor.Next()
		default:
			p.entries = append(p.entries, e)
			p.last = e.key
			at, data = cursor.Seek(beyond(e.key))
		}
	}
	return nil
}

// beyond is an index key after all versions of key and before the next one.
func beyond(key string) []byte { return append([]byte(key), 1) }

// common is the part of key up to the first delimiter after the prefix; empty if there is none.
func (p *page) common(key string) string {
	if p.delimiter == "" {
		return ""
	}
	before, _, found := strings.Cut(key[len(p.prefix):], p.delimiter)
	if !found {
		return ""
	}
	return p.prefix + before + p.delimiter
}

func (s *store) list(ctx context.Context, action string, p *page, versions bool) error {
	if err := s.allowPrefix(ctx, action, p.bucket, "", p.prefix); err != nil {
		return err
	}
	return s.view(func(tx *bolt.Tx) error { return p.walk(tx, versions) })
}

func (p *page) objects() (out []s3response.Object) {
	for _, e := range p.entries {
		out = append(out, s3response.Object{Key: &e.key, ETag: &e.ETag, Size: &e.Size, LastModified: &e.Modified, StorageClass: types.ObjectStorageClassStandard,
			ChecksumAlgorithm: []types.ChecksumAlgorithm{e.Checksum.Algorithm}, ChecksumType: e.Checksum.Type})
	}
	return out
}

func (s *store) ListObjectsV2(ctx context.Context, in *awss3.ListObjectsV2Input) (out s3response.ListObjectsV2Result, err error) {
	after := text(in.StartAfter)
	if token := text(in.ContinuationToken); token != "" {
		data, err := base64.URLEncoding.DecodeString(token)
		if err != nil {
			return out, s3err.GetAPIError(s3err.ErrInvalidRequest)
		}
		after = string(data)
	}
	p := page{bucket: *in.Bucket, prefix: text(in.Prefix), delimiter: text(in.Delimiter), after: after, max: int(*in.MaxKeys)}
	if err := s.list(ctx, "s3:ListBucket", &p, false); err != nil {
		return out, err
	}
	count := int32(len(p.entries) + len(p.prefixes))
	out = s3response.ListObjectsV2Result{Name: in.Bucket, Prefix: in.Prefix, Delimiter: backend.GetPtrFromString(p.delimiter), MaxKeys: in.MaxKeys,
		KeyCount: &count, StartAfter: backend.GetPtrFromString(text(in.StartAfter)), ContinuationToken: backend.GetPtrFromString(text(in.ContinuationToken)),
		IsTruncated: &p.truncated, Contents: p.objects(), CommonPrefixes: p.prefixes}
	if p.truncated {
		next := base64.URLEncoding.EncodeToString([]byte(p.last))
		out.NextContinuationToken = &next
	}
	return out, nil
}

func (s *store) ListObjects(ctx context.Context, in *awss3.ListObjectsInput) (out s3response.ListObjectsResult, err error) {
	p := page{bucket: *in.Bucket, prefix: text(in.Prefix), delimiter: text(in.Delimiter), after: text(in.Marker), max: int(*in.MaxKeys)}
	if err := s.list(ctx, "s3:ListBucket", &p, false); err != nil {
		return out, err
	}
	out = s3response.ListObjectsResult{Name: in.Bucket, Prefix: in.Prefix, Marker: in.Marker, Delimiter: backend.GetPtrFromString(p.delimiter), MaxKeys: in.MaxKeys,
		IsTruncated: &p.truncated, Contents: p.objects(), CommonPrefixes: p.prefixes}
	if p.truncated {
		out.NextMarker = &p.last
	}
	return out, nil
}

func (s *store) ListObjectVersions(ctx context.Context, in *awss3.ListObjectVersionsInput) (out s3response.ListVersionsResult, err error) {
	p := page{bucket: *in.Bucket, prefix: text(in.Prefix), delimiter: text(in.Delimiter),
		after: text(in.KeyMarker), afterID: text(in.VersionIdMarker), max: int(*in.MaxKeys)}
	if err := s.list(ctx, "s3:ListBucketVersions", &p, true); err != nil {
		return out, err
	}
	out = s3response.ListVersionsResult{Name: in.Bucket, Prefix: in.Prefix, Delimiter: in.Delimiter, KeyMarker: in.KeyMarker, VersionIdMarker: in.VersionIdMarker,
		MaxKeys: in.MaxKeys, IsTruncated: &p.truncated, CommonPrefixes: p.prefixes}
	if p.truncated {
		out.NextKeyMarker, out.NextVersionIdMarker = &p.last, &p.lastID
	}
	for _, e := range p.entries {
		if e.Marker {
			out.DeleteMarkers = append(out.DeleteMarkers, types.DeleteMarkerEntry{Key: &e.key, VersionId: &e.ID, IsLatest: &e.latest, LastModified: &e.Modified})
			continue
		}
		out.Versions = append(out.Versions, s3response.ObjectVersion{Key: &e.key, VersionId: &e.ID, IsLatest: &e.latest, ETag: &e.ETag, Size: &e.Size,
			LastModified: &e.Modified, StorageClass: types.ObjectVersionStorageClassStandard,
			ChecksumAlgorithm: []types.ChecksumAlgorithm{e.Checksum.Algorithm}, ChecksumType: e.Checksum.Type})
	}
	return out, nil
}
