package platform

import (
	"lyceum/shared/cache"
	"lyceum/shared/dynamo"
	"lyceum/shared/objects"
)

// Contents reads lessons' bodies from CONTENT_BUCKET, or from another region's while this one's has
// not got them yet, with copies in memory and in EPHEMERAL_TABLE. What lies under a content key
// never changes, so the copies are read at half the price.
func (e *Env) Contents() *cache.Contents {
	kv := dynamo.KV{Table: e.Table("EPHEMERAL_TABLE"), Region: e.Region(), Now: e.Now, Eventual: true}
	buckets := e.replicas("CONTENT_BUCKET")
	return cache.NewContents(objects.Copies{Here: buckets[0], Others: buckets[1:]}, kv, e.Log)
}
