package platform

import (
	"context"

	"lyceum/shared/dynamo"
	"lyceum/shared/objects"
)

// Erasures removes all that is kept of users in IDENTITY_TABLE, LEARNING_TABLE, EPHEMERAL_TABLE and the buckets that records name.
func (e *Env) Erasures() dynamo.Erasures {
	return dynamo.Erasures{
		Accounts: e.Accounts(), Learning: e.Table("LEARNING_TABLE"), Ephemeral: e.Table("EPHEMERAL_TABLE"),
		Objects: buckets{e.Bucket("UPLOADS_BUCKET")}, Now: e.Now,
	}
}

// buckets erases in any bucket.
type buckets struct{ here objects.Bucket }

func (b buckets) EraseObject(ctx context.Context, bucket, key string) error {
	return objects.Bucket{Client: b.here.Client, Name: bucket}.Erase(ctx, key)
}

// Exports reads all that is kept of users in IDENTITY_TABLE, LEARNING_TABLE and EPHEMERAL_TABLE.
func (e *Env) Exports() dynamo.Exports {
	return dynamo.Exports{Identity: e.Table("IDENTITY_TABLE"), Learning: e.Table("LEARNING_TABLE"), Ephemeral: e.Table("EPHEMERAL_TABLE")}
}
