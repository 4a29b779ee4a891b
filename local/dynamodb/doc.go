// Package dynamodb is an embedded DynamoDB: the JSON 1.0 protocol of API version 2012-08-10 over HTTP, stored in one bbolt
// file. README.md says what it implements, what it refuses and where it differs from AWS on purpose.
//
// Durability: the data of every answered write survive the end of the process, kill -9 included, because each commit is
// written to the operating system before the answer. The file is synced to the disk every second and by Close: a power
// loss or a crash of the machine can cost the writes of the last second, and in the worst case the file, since the disk
// may reorder writes between two syncs. Open checks a file that was not closed and refuses a torn one.
package dynamodb
