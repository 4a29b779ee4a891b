package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"lyceum/shared/domain/fault"
)

// statuses is the one table from kinds of fault to HTTP statuses; a test holds it complete.
var statuses = map[fault.Kind]int{
	fault.Internal:         http.StatusInternalServerError,
	fault.Invalid:          http.StatusBadRequest,
	fault.Unauthenticated:  http.StatusUnauthorized,
	fault.Forbidden:        http.StatusForbidden,
	fault.NotFound:         http.StatusNotFound,
	fault.MethodNotAllowed: http.StatusMethodNotAllowed,
	fault.Conflict:         http.StatusConflict,
	fault.TooLarge:         http.StatusRequestEntityTooLarge,
	fault.Unsupported:      http.StatusUnsupportedMediaType,
	fault.Unavailable:      http.StatusServiceUnavailable,
	fault.Precondition:     http.StatusPreconditionFailed,
	fault.RateLimited:      http.StatusTooManyRequests,
}

// failure is the one error form.
type failure struct {
	Error     string         `json:"error"`
	Code      string         `json:"code"`
	Success   bool           `json:"success"`
	Details   []fault.Detail `json:"details,omitempty"`
	RequestID string         `json:"requestId"`
}

// NotAllowed is the fault of a path that has only other methods; they become the Allow header (RFC 9110 section 15.5.6).
func NotAllowed(methods []string) error {
	return &notAllowed{fault.New(fault.MethodNotAllowed, "route.method_not_allowed", "This path does not take this method."), strings.Join(methods, ", ")}
}

type notAllowed struct {
	fault error
	allow string
}

func (n *notAllowed) Error() string { return n.fault.Error() }
func (n *notAllowed) Unwrap() error { return n.fault }

// withErrors turns errors into answers and logs, once, those that an operator must see: with the cause, which clients never get.
func withErrors(log *slog.Logger, next Handler) Handler {
	return func(ctx context.Context, r *Request) (*Response, error) {
		res, err := next(ctx, r)
		if err == nil {
			return res, nil
		}
		f := fault.As(err)
		if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
			log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("requestId", r.RequestContext.RequestID),
				slog.String("route", r.RouteKey), slog.String("code", f.Code), slog.String("cause", err.Error()))
		}
		res = failed(r, f)
		var n *notAllowed
		if errors.As(err, &n) {
			res.Header["allow"] = n.allow
		}
		return res, nil
	}
}

// failed is the answer to a fault. Of an internal one it says nothing but that.
func failed(r *Request, f *fault.Error) *Response {
	status, ok := statuses[f.Kind]
	if !ok || f.Kind == fault.Internal {
		status, f = http.StatusInternalServerError, fault.New(fault.Internal, "internal", "Something went wrong on our side.")
	}
	res := jsonResponse(status, failure{Error: f.Message, Code: f.Code, Details: f.Details, RequestID: r.RequestContext.RequestID})
	switch f.Kind {
	case fault.Unauthenticated:
		res.Header["www-authenticate"] = challenge(r, f)
	case fault.Unavailable:
		res.Header["retry-after"] = "1"
	}
	if f.RetryAfter > 0 {
		res.Header["retry-after"] = strconv.Itoa(seconds(f.RetryAfter))
	}
	return res
}

// seconds is d in whole seconds, rounded up.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// withRecover turns a panic into an internal error, so that the process and its warm connections stay.
func withRecover(next Handler) Handler {
	return func(ctx context.Context, r *Request) (res *Response, err error) {
		defer func() {
			if p := recover(); p != nil {
				res, err = nil, fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		return next(ctx, r)
	}
}
