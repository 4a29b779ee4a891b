package s3

import (
	"bytes"
	"crypto/rand"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/s3err"
	bolt "go.etcd.io/bbolt"
)

// version is one version of an object, or a delete marker.
type version struct {
	ID       string // nullVersion while versioning is not on
	Marker   bool   `json:",omitempty"`
	Body     string `json:",omitempty"` // file under bytes/
	Size     int64
	ETag     string
	Modified time.Time // whole seconds
	Checksum checksum
	Parts    []int64 `json:",omitempty"` // sizes, of a multipart upload
	attributes
}

// attributes come from the upload's headers.
type attributes struct {
	ContentType, ContentEncoding, ContentDisposition, ContentLanguage, CacheControl, Expires string            `json:",omitempty"`
	Metadata                                                                                 map[string]string `json:",omitempty"`
}

const (
	nullVersion   = "null"
	maxKeyLength  = 1024 // bytes; https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
	versionSuffix = 9    // bytes after the key in an index key
)

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// versionsOf is the prefix of the index keys of all versions of an object.
func versionsOf(key string) []byte { return append([]byte(key), 0) }

// find reads a version, the current one if id is empty, and its index key.
func find(tx *bolt.Tx, bucket, key, id string) (at []byte, v version, err error) {
	if _, err := state(tx, bucket); err != nil {
		return nil, v, err
	}
	cursor := tx.Bucket(objectTable(bucket)).Cursor()
	for at, data := cursor.Seek(versionsOf(key)); isVersionOf(at, key); at, data = cursor.Next() {
		if v := decode[version](data); id == "" || v.ID == id {
			return at, v, nil
		}
	}
	if id != "" {
		return nil, v, s3err.GetNoSuchVersionErr(key, id)
	}
	return nil, v, s3err.GetAPIError(s3err.ErrNoSuchKey)
}

func isVersionOf(at []byte, key string) bool {
	return len(at) == len(key)+versionSuffix && bytes.HasPrefix(at, versionsOf(key))
}

// add makes v the current version of key. It answers the body that is of no use any more.
func add(tx *bolt.Tx, bucket, key string, v *version) (replaced string, err error) {
	state, err := state(tx, bucket)
	if err != nil {
		return "", err
	}
	table := tx.Bucket(objectTable(bucket))
	if v.ID = rand.Text(); state.Versioning != types.BucketVersioningStatusEnabled {
		v.ID = nullVersion
		if at, old, err := find(tx, bucket, key, nullVersion); err == nil {
			replaced = old.Body
			if err := table.Delete(at); err != nil {
				return "", err
			}
		}
	}
	v.Modified = time.Now().UTC().Truncate(time.Second)
	number, err := next(table)
	if err != nil {
		return "", err
	}
	place := placeOf(key, number)
	if state.Replicated {
		if err := replicate(tx, bucket, key, place); err != nil {
			return "", err
		}
	}
	return replaced, table.Put(place, encode(v))
}

// shownID is empty for what was written without versioning.
func (v version) shownID() string {
	if v.ID == nullVersion {
		return ""
	}
	return v.ID
}
