// Package behaviour holds what AWS documents of DynamoDB's wire protocol as executable cases, and a comparison of two
// servers under random operations. By default both run against the embedded engine:
//
//	go test ./local/dynamodb/behaviour
//
// and with a flag against any endpoint, such as the DynamoDB Local that scripts/dynamodb-local.sh starts. Run inside the
// folder (-C), go test also prints the list of known differences:
//
//	go test -C local/dynamodb/behaviour -endpoint http://127.0.0.1:8010
//	go test -C local/dynamodb/behaviour -endpoint http://127.0.0.1:8010 -run Compare -operations 100000 -seed 1
//
// Requests are signed with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY if set. The suite makes tables of unique names and
// deletes them, so that it can run repeatedly and in parallel against one endpoint.
package behaviour
