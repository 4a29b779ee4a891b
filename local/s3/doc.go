// Package s3 serves Amazon S3 on one machine. The protocol is versitygw's: routes, XML, Signature Version 4 in headers, in presigned links
// and in POST forms, policy conditions, checksums and CORS. What lies behind it is this package's own: a store in one folder, and the
// question, asked for each call, whether the caller may do it.
//
// Served: buckets (create, head, list, delete, versioning, CORS, location), objects (put, post, get, head, copy, delete, delete many, list,
// list versions) and multipart uploads (create, part, copy a part, list, complete, abort). All else answers NotImplemented: tags, object
// lock, ACLs, encryption settings, lifecycle, notifications, replication. Buckets are addressed by path, never by host name.
//
// Replicas of a bucket in other regions are made in the process: what a bucket with Replicated made is told by Server.Replicas, and
// Server.CopyFrom takes it over.
//
// A finished write survives the end of the process at any moment: the bytes go to a file of their own first, then one transaction of the
// index makes them an object. What the index does not know is removed at the next start.
package s3
