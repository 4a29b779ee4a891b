// Package httpapi is the border between API Gateway's HTTP API (payload format 2.0) and the use cases.
//
// A use case is func(ctx, In) (Out, error). Query, Command and Form bind a request to In and wrap Out in the one success form; every
// error becomes the one error form through one table of statuses. Only this package writes answers. The order of the layers is
// written once, in Serve: request id, recover, log, headers, then the route's own (Authenticate, Idempotent, binding).
package httpapi
