package lambda

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Payload limits of a synchronous invocation in bytes, as Lambda names them when it refuses a larger one.
const (
	MaxRequestBytes  = 6291456
	MaxResponseBytes = 6291556
)

// FunctionError says that a function was invoked and failed: what Lambda's Invoke answers with status 200 and the
// header X-Amz-Function-Error.
type FunctionError struct {
	Type    string // for example Runtime.ExitError, Sandbox.Timedout, or the Go type of a handler's error
	Message string
	Payload []byte // the JSON document with errorType and errorMessage that an invoker receives
	Stack   string // of a panic, a line for each call; "" if the runtime told none
}

func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

func newFunctionError(kind, format string, args ...any) *FunctionError {
	e := &FunctionError{Type: kind, Message: fmt.Sprintf(format, args...)}
	// A map of strings always marshals.
	e.Payload, _ = json.Marshal(map[string]string{"errorType": e.Type, "errorMessage": e.Message})
	return e
}

// parseFunctionError reads the error document that a runtime posts; header is its Lambda-Runtime-Function-Error-Type.
func parseFunctionError(header string, document []byte) *FunctionError {
	var doc struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
		Stack   []struct {
			Path, Label string
			Line        int
		} `json:"stackTrace"`
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		return newFunctionError("Runtime.InvalidErrorShape", "the runtime reported an error that is not JSON: %.200q", document)
	}
	if doc.Type == "" {
		doc.Type = header
	}
	failure := &FunctionError{Type: doc.Type, Message: doc.Message, Payload: document}
	for _, call := range doc.Stack {
		failure.Stack += fmt.Sprintf("\n%s\n    %s:%d", call.Label, call.Path, call.Line)
	}
	return failure
}

// APIError says that an invocation was refused before it reached the function. Code and Status are those of Lambda's
// Invoke operation.
type APIError struct {
	Code    string
	Status  int
	Message string
}

func (e *APIError) Error() string { return e.Code + ": " + e.Message }

// StatusCode returns the HTTP status with which Lambda's Invoke would answer.
func (e *APIError) StatusCode() int { return e.Status }

func errNotFound(arn string) error {
	return &APIError{"ResourceNotFoundException", http.StatusNotFound, "Function not found: " + arn}
}

func errTooLarge() error {
	return &APIError{"RequestTooLargeException", http.StatusRequestEntityTooLarge,
		fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", MaxRequestBytes)}
}

func errThrottled() error {
	return &APIError{"TooManyRequestsException", http.StatusTooManyRequests, "Rate Exceeded."}
}

func errService(format string, args ...any) error {
	return &APIError{"ServiceException", http.StatusInternalServerError, fmt.Sprintf(format, args...)}
}
