package dynamodb

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"lyceum/local/dynamodb/internal/attr"
)

// The namespaces of error types on the wire.
const (
	ofDynamoDB   = "com.amazonaws.dynamodb.v20120810#"
	ofService    = "com.amazon.coral.service#"
	ofValidation = "com.amazon.coral.validate#"
)

// apiError is an answer other than success.
type apiError struct {
	Type    string               `json:"__type"`
	Message string               `json:"message,omitempty"`
	Item    attr.Map             `json:",omitempty"` // of ConditionalCheckFailedException
	Capital string               `json:"Message,omitempty"`
	Reasons []cancellationReason `json:"CancellationReasons,omitempty"`

	status int // 0 means 400
}

// cancellationReason says what became of one member of a cancelled transaction.
type cancellationReason struct {
	Code    string
	Item    attr.Map `json:",omitempty"`
	Message string   `json:",omitempty"`
}

func (e *apiError) Error() string { return e.Type + ": " + e.Message + e.Capital }

func newError(namespace, name, format string, args ...any) *apiError {
	return &apiError{Type: namespace + name, Message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) error { return attr.Invalid(fmt.Sprintf(format, args...)) }

// noRequests answers a batch without any request.
func noRequests(operation string) error {
	return invalid("The requestItems parameter is required for %s", operation)
}

func noTable(name string) error {
	return newError(ofDynamoDB, "ResourceNotFoundException", "Requested resource not found: Table: %s not found", name)
}

var errNoResource = newError(ofDynamoDB, "ResourceNotFoundException", "Requested resource not found")

const conditionFailed = "The conditional request failed"

func errCondition(item attr.Map) *apiError {
	e := newError(ofDynamoDB, "ConditionalCheckFailedException", conditionFailed)
	e.Item = item
	return e
}

// cancelled is the answer to a transaction of which at least one member failed.
func cancelled(reasons []cancellationReason) error {
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = r.Code
	}
	return &apiError{
		Type: ofDynamoDB + "TransactionCanceledException",
		Capital: "Transaction cancelled, please refer cancellation reasons for specific reasons [" +
			strings.Join(codes, ", ") + "]",
		Reasons: reasons,
	}
}

// asAPIError maps an error to its answer. What nobody foresaw is an InternalServerError without details.
func (s *Server) asAPIError(operation string, err error) *apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	if e, ok := errors.AsType[attr.Invalid](err); ok {
		return newError(ofValidation, "ValidationException", "%s", string(e))
	}
	s.opts.Log.Error("dynamodb: a call failed", "operation", operation, "error", err)
	e := newError(ofDynamoDB, "InternalServerError", "Internal server error")
	e.status = http.StatusInternalServerError
	return e
}

// violations collects broken constraints of parameters, which are reported together and before anything else.
type violations []string

func (v *violations) add(value, member, constraint string) {
	*v = append(*v, "Value "+value+" at '"+member+"' failed to satisfy constraint: Member must "+constraint)
}

// required wants a parameter to be present.
func (v *violations) required(member string, given bool) {
	if !given {
		v.add("null", member, "not be null")
	}
}

// oneOf wants a parameter, if present, to have one of the values.
func (v *violations) oneOf(member, value string, allowed ...string) {
	for _, a := range allowed {
		if value == "" || value == a {
			return
		}
	}
	v.add("'"+value+"'", member, "satisfy enum value set: ["+strings.Join(allowed, ", ")+"]")
}

// valueless adds a broken constraint in the form that names the member as the request spells it and
// no value. AWS uses it for some members, as for the Limit of a Query.
func (v *violations) valueless(member, constraint string) {
	*v = append(*v, "Value at '"+member+"' failed to satisfy constraint: Member must "+constraint)
}

// atLeast wants a number, if present, to be low or more; atMost the other way.
func (v *violations) atLeast(member string, value *int64, low int64) {
	if value != nil && *value < low {
		v.add(fmt.Sprintf("'%d'", *value), member, fmt.Sprintf("have value greater than or equal to %d", low))
	}
}

func (v *violations) atMost(member string, value *int64, high int64) {
	if value != nil && *value > high {
		v.add(fmt.Sprintf("'%d'", *value), member, fmt.Sprintf("have value less than or equal to %d", high))
	}
}

const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."

// name checks the name of a table or an index. A nil given is a name that the request does not
// have.
func (v *violations) name(member string, given *string) {
	if given == nil {
		v.required(member, false)
		return
	}
	switch name := *given; {
	case name == "":
		v.add("''", member, "have length greater than or equal to 1")
	case len(name) < 3:
		v.add("'"+name+"'", member, "have length greater than or equal to 3")
	case len(name) > 255:
		v.add("'"+name+"'", member, "have length less than or equal to 255")
	}
	if strings.Trim(*given, nameBytes) != "" {
		v.add("'"+*given+"'", member, "satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
	}
}

// err is nil if nothing was broken.
func (v violations) err() error {
	switch len(v) {
	case 0:
		return nil
	case 1:
		return invalid("1 validation error detected: %s", v[0])
	}
	return invalid("%d validation errors detected: %s", len(v), strings.Join(v, "; "))
}
