// Package fault is the one kind of error that crosses a layer.
//
// A fault says what went wrong in words that are safe to show (Message), in a stable code for programs (Code), and in a
// Kind that shared/httpapi maps to a status. Its cause is for logs alone. Anything that is not a fault is internal: the
// user sees a fixed sentence, so forgetting to classify an error leaks nothing.
package fault

import (
	"errors"
	"time"
)

// Kind is the class of a fault. The zero value is Internal: safe by default.
type Kind int

// The kinds. New ones go to the end, and into the status table of shared/httpapi, which a test holds complete.
const (
	Internal         Kind = iota // our mistake
	Invalid                      // the input breaks a rule
	Unauthenticated              // who is calling is not known
	Forbidden                    // the caller is known and may not
	NotFound                     // there is no such thing, or not for this caller
	MethodNotAllowed             // the path exists, the method does not
	Conflict                     // the state of the system stands against it
	TooLarge                     // more bytes than allowed
	Unsupported                  // a media type that is not handled
	Unavailable                  // a dependency does not answer; trying again may help
	RateLimited                  // too often; trying again later helps
	Precondition                 // what the caller took for granted is not so any more
	kinds                        // count, for the completeness test
)

// Kinds lists every kind, for tables that must be complete.
func Kinds() []Kind {
	all := make([]Kind, kinds)
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// Error is a classified failure. Declare it with New beside the rule it belongs to and compare it
// with errors.Is. Two faults that New made are different, even if clients are told the same code; a
// copy of one, with a cause, details or a time, is still that one.
type Error struct {
	Kind       Kind
	Code       string        // stable, public, "context.reason"
	Message    string        // one safe sentence
	Details    []Detail      // which field, for Invalid
	RetryAfter time.Duration // when trying again makes sense; 0 = not said
	cause      error
	declared   *Error // what New returned; copies keep it
}

// Detail names one field that broke a rule. Field is the JSON, form, query or path name; it never holds the rejected value.
type Detail struct {
	Field   string `json:"field"`
	Code    string `json:"code"` // of the rule: stable, public
	Message string `json:"message"`
}

// New makes a fault.
func New(kind Kind, code, message string) *Error {
	e := &Error{Kind: kind, Code: code, Message: message}
	e.declared = e
	return e
}

// Error is for logs: it includes the cause.
func (e *Error) Error() string {
	if e.cause != nil {
		return e.Code + ": " + e.cause.Error()
	}
	return e.Code + ": " + e.Message
}

// Unwrap gives the hidden cause.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is the same declared fault or a copy of it.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && e.declared != nil && t.declared == e.declared
}

// Because returns a copy of the fault that carries a cause for the logs.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// As finds the fault in an error's chain; anything else is an internal fault with the error as its cause.
func As(err error) *Error {
	var f *Error
	if errors.As(err, &f) {
		return f
	}
	return New(Internal, "internal", "Something went wrong on our side.").Because(err)
}
