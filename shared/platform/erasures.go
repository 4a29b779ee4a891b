package platform

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/objects"
)

// Erasures removes all that is kept of users in IDENTITY_TABLE, LEARNING_TABLE, EPHEMERAL_TABLE and the buckets that records name.
func (e *Env) Erasures() dynamo.Erasures {
	return dynamo.Erasures{
		Accounts: e.Accounts(), Learning: e.Table("LEARNING_TABLE"), Ephemeral: e.Table("EPHEMERAL_TABLE"),
		Objects: e.replicas("UPLOADS_BUCKET"), Now: e.Now,
	}
}

// replicas are the buckets of all regions that S3 copies to each other, this one's first. S3
// replicates objects but no deletion of a version, so what is erased must be erased in each.
type replicas []objects.Bucket

// replicas finds them by the bucket that the variable names: their names differ in the region at
// the end.
func (e *Env) replicas(variable string) (all replicas) {
	name, here := strings.CutSuffix(e.Var(variable), e.Region())
	all = append(all, e.Bucket(variable))
	for _, region := range e.Regions() {
		if here && region != e.Region() {
			all = append(all, e.SlowBucket(domain.Place{Bucket: name + region, Region: region}))
		}
	}
	return all
}

// EraseObject removes an object from the bucket that its record names and from the others, which may have a copy.
func (r replicas) EraseObject(ctx context.Context, bucket, key string) error {
	if _, err := r.named(bucket); err != nil {
		return err
	}
	for _, b := range r {
		if err := b.Erase(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// EraseParts ends an upload in parts where it was begun, and removes what has arrived of it.
func (r replicas) EraseParts(ctx context.Context, upload *domain.Upload) error {
	b, err := r.named(upload.State().Bucket)
	if err == nil {
		err = b.Abort(ctx, upload)
	}
	return err
}

func (r replicas) named(bucket string) (objects.Bucket, error) {
	i := slices.IndexFunc(r, func(b objects.Bucket) bool { return b.Name == bucket })
	if i < 0 {
		return objects.Bucket{}, fmt.Errorf("a record names the bucket %s, which is no region's", bucket)
	}
	return r[i], nil
}

// Exports reads all that is kept of users in IDENTITY_TABLE, LEARNING_TABLE and EPHEMERAL_TABLE.
func (e *Env) Exports() dynamo.Exports {
	return dynamo.Exports{Identity: e.Table("IDENTITY_TABLE"), Learning: e.Table("LEARNING_TABLE"), Ephemeral: e.Table("EPHEMERAL_TABLE")}
}
