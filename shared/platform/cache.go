package platform

import (
	"lyceum/shared/cache"
	"lyceum/shared/dynamo"
)

// Contents reads lessons' bodies from CONTENT_BUCKET, with copies in memory and in EPHEMERAL_TABLE. What lies under a content key never
// changes, so the copies are read at half the price.
func (e *Env) Contents() *cache.Contents {
	kv := dynamo.KV{Table: e.Table("EPHEMERAL_TABLE"), Region: e.Region(), Now: e.Now, Eventual: true}
	return cache.NewContents(e.Bucket("CONTENT_BUCKET"), kv, e.Log)
}
