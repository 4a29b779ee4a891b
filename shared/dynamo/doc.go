// Package dynamo keeps the platform's things in DynamoDB: every repository and every key. No other package spells a key, an
// attribute or an expression. keys.go draws the items; each other file is one repository and implements the port in shared/domain
// that its constructor's name says.
//
// Errors: a condition that fails becomes the fault its port promises; a table that does not answer becomes fault.Unavailable after
// the SDK's retries; anything else (a missing permission, a malformed expression) is our mistake and stays an internal error.
package dynamo
