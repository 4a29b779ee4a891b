// Package domain holds the words and rules of the platform: users, lessons, progress, uploads, the events they cause, and the
// ports through which they are stored.
//
// It imports the standard library and the Go project's own Unicode tables (golang.org/x/text, golang.org/x/net/idna), nothing
// of AWS or HTTP. There is no clock and no randomness in it: callers pass now and an io.Reader. Fields of entities are private;
// NewX applies the rules, ParseX makes a value from text, RestoreX is for stores, which trust what they once saved.
package domain
