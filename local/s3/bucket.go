package s3

import (
	"context"
	"encoding/xml"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3err"
	bolt "go.etcd.io/bbolt"
)

// Bucket is a bucket as the template has it.
type Bucket struct {
	Name       string
	Versioned  bool
	Events     bool   // objects that are made are told of by Notices
	Replicated bool   // objects that are made or deleted are told of by Replicas; needs versions
	CORS       []CORS // the first rule that matches counts
}

// CORS is one rule for browsers.
type CORS struct {
	AllowedOrigins, AllowedMethods, AllowedHeaders, ExposedHeaders []string
	MaxAge                                                         int // seconds; 0 leaves it to the browser
}

type bucketState struct {
	Created    time.Time
	Versioning types.BucketVersioningStatus // empty until set for the first time
	CORS       []byte                       // XML
	Events     bool
	Replicated bool `json:",omitempty"`
}

// EnsureBucket makes the bucket if it is missing and gives it these settings. Its objects stay.
func (s *Server) EnsureBucket(_ context.Context, b Bucket) error {
	if !utils.IsValidBucketName(b.Name) {
		return fmt.Errorf("%q cannot be the name of a bucket: 3 to 63 small letters, digits, dots and hyphens", b.Name)
	}
	cors, err := b.corsXML()
	if err != nil {
		return fmt.Errorf("CORS of bucket %s: %w", b.Name, err)
	}
	return s.store.update(func(tx *bolt.Tx) ([]string, error) {
		state, err := state(tx, b.Name)
		if err != nil {
			state.Created = time.Now().UTC().Truncate(time.Second)
		}
		switch {
		case b.Versioned:
			state.Versioning = types.BucketVersioningStatusEnabled
		case state.Versioning != "":
			state.Versioning = types.BucketVersioningStatusSuspended // versioning cannot be unset
		}
		state.CORS, state.Events, state.Replicated = cors, b.Events, b.Replicated
		return nil, putState(tx, b.Name, state)
	})
}

func (b Bucket) corsXML() ([]byte, error) {
	if len(b.CORS) == 0 {
		return nil, nil
	}
	var config auth.CORSConfiguration
	for _, rule := range b.CORS {
		converted := auth.CORSRule{
			AllowedOrigins: convert[auth.CORSOrigin](rule.AllowedOrigins), AllowedMethods: convert[auth.CORSHTTPMethod](rule.AllowedMethods),
			AllowedHeaders: convert[auth.CORSHeader](rule.AllowedHeaders), ExposeHeaders: convert[auth.CORSHeader](rule.ExposedHeaders),
		}
		if rule.MaxAge > 0 {
			seconds := int32(rule.MaxAge)
			converted.MaxAgeSeconds = &seconds
		}
		config.Rules = append(config.Rules, converted)
	}
	if err := config.Validate(); err != nil {
		return nil, err
	}
	return xml.Marshal(config)
}

func convert[T ~string](in []string) (out []T) {
	for _, value := range in {
		out = append(out, T(value))
	}
	return out
}

// state answers NoSuchBucket for a bucket that is not there.
func state(tx *bolt.Tx, bucket string) (bucketState, error) {
	data := tx.Bucket(bucketTable).Get([]byte(bucket))
	if data == nil {
		return bucketState{}, s3err.GetBucketErr(s3err.ErrNoSuchBucket, bucket)
	}
	return decode[bucketState](data), nil
}

func putState(tx *bolt.Tx, bucket string, state bucketState) error {
	if _, err := tx.CreateBucketIfNotExists(objectTable(bucket)); err != nil {
		return err
	}
	return tx.Bucket(bucketTable).Put([]byte(bucket), encode(state))
}
