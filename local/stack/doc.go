// Package stack is what template.yaml says, brought to life on one machine: each function's environment, credentials and permissions, the
// secrets it names, and its tables and buckets as they must be made. It starts nothing: local/main.go and the tests give its answers to
// the servers in local/dynamodb, local/s3 and local/lambda.
//
// A function's access key belongs to it alone, so every call to DynamoDB and S3 is judged by that function's policies. The access key
// "local" (secret "local") is the developer at the keyboard, who may do everything.
package stack
