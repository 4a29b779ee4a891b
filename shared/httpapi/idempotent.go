package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"strings"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// ErrBadKey is returned for an Idempotency-Key that is none.
var ErrBadKey = fault.New(fault.Invalid, "idempotency.key_invalid",
	`Idempotency-Key must be 1 to 255 visible ASCII characters in quotes, or without quotes if it has none of ",;\.`)

const (
	maxKept     = 200 << 10        // bytes of an answer that is kept; an item of DynamoDB takes 400 KB
	maxTimeout  = 15 * time.Minute // of a Lambda
	leaseMargin = 5 * time.Second  // from a function's deadline until it is dead for certain, whatever the clocks say
)

// Idempotent lets a request that has the header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header) take effect once: sent again
// by the same user to the same route, it is answered as the first time, with Idempotency-Replayed: true. Another request with the
// key is 409, and so is the same one while the first is being worked on, with Retry-After. It stands inside Authenticate.
//
// Answers are kept for domain.AnswersKept, in the ephemeral table as they are: a route whose answer holds a secret must not stand inside
// it. Not kept are answers of 5xx, those that ask to come again later, and those over 200 KB: the request then runs again. It
// does so too when the function died. Use cases that make ids ask Once for time and chance, so that such a run makes the same things.
//
// A store that does not answer refuses the request, because its client asked for the guarantee. If it fails after the request took effect,
// the answer is given all the same, and that is logged.
func Idempotent(store domain.Idempotency, log *slog.Logger, next Handler) Handler {
	return func(ctx context.Context, r *Request) (*Response, error) {
		if _, given := r.Headers["idempotency-key"]; !given {
			return next(ctx, r)
		}
		key, err := parseKey(r.header("idempotency-key"))
		if err != nil {
			return nil, err
		}
		caller, ok := ctx.Value(callerKey{}).(domain.Caller)
		if !ok {
			return nil, fmt.Errorf("route %s is idempotent but is not wrapped in Authenticate", r.RouteKey)
		}
		request := domain.Repeatable{User: caller.UserID, Route: r.RouteKey, Key: key, Fingerprint: fingerprint(r)}
		run, kept, err := store.Begin(ctx, request, lease(ctx))
		switch {
		case err != nil:
			return nil, err
		case kept != nil:
			header := map[string]string{"idempotency-replayed": "true"}
			maps.Copy(header, kept.Header)
			return &Response{Status: kept.Status, Header: header, Body: kept.Body}, nil
		}
		end := func() error { return store.Release(ctx, request, run) }
		defer func() { // when next panics, too
			if err := end(); err != nil {
				log.LogAttrs(ctx, slog.LevelError, "an idempotency key is not settled", slog.String("requestId", r.RequestContext.RequestID),
					slog.String("route", r.RouteKey), slog.String("cause", err.Error()))
			}
		}()
		res, err := next(context.WithValue(ctx, runKey{}, run), r)
		if answer, ok := lasting(r, res, err); ok {
			end = func() error { return store.Finish(ctx, request, run, answer) }
		}
		return res, err
	}
}

type runKey struct{}

// Once gives a use case time and chance to make ids of. In every run of one request with an Idempotency-Key they are the same, those of the
// first run; without a key they are those given.
func Once(ctx context.Context, now time.Time, random io.Reader) (time.Time, io.Reader) {
	if run, ok := ctx.Value(runKey{}).(domain.Run); ok {
		return run.Began, rand.NewChaCha8(run.Seed) // cryptographically strong, and the seed comes from the system's source
	}
	return now, random
}

// lease lasts until the function has certainly ended.
func lease(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return time.Until(deadline) + leaseMargin
	}
	return maxTimeout + leaseMargin
}

// lasting is the answer, if running the request again could give no other.
func lasting(r *Request, res *Response, err error) (answer domain.KeptAnswer, ok bool) {
	if err != nil {
		f := fault.As(err)
		if f.RetryAfter > 0 {
			return answer, false
		}
		res = failed(r, f)
	}
	return domain.KeptAnswer{Status: res.Status, Header: res.Header, Body: res.Body}, res.Status < 500 && len(res.Body) <= maxKept
}

// parseKey reads the header as a string of structured fields (RFC 9651 section 3.3.3), or bare, as most clients send it. Two headers, which
// API Gateway joins with a comma, are none.
func parseKey(header string) (string, error) {
	quoted := len(header) >= 2 && header[0] == '"' && header[len(header)-1] == '"'
	if quoted {
		header = header[1 : len(header)-1]
	}
	var key []byte
	for i := 0; i < len(header); i++ {
		c := header[i]
		if quoted && c == '\\' && i+1 < len(header) && (header[i+1] == '"' || header[i+1] == '\\') {
			i++
			c = header[i]
		} else if c <= ' ' || c > '~' || c == '"' || c == '\\' || !quoted && (c == ',' || c == ';') {
			return "", ErrBadKey
		}
		key = append(key, c)
	}
	if len(key) == 0 || len(key) > 255 {
		return "", ErrBadKey
	}
	return string(key), nil
}

// fingerprint is the SHA-256 of what the answer depends on: method, path, query, media type and body. Of a form it takes the parts, because
// clients draw a new boundary for each try.
func fingerprint(r *Request) []byte {
	sum := sha256.New()
	add := func(parts ...[]byte) {
		for _, part := range parts {
			fmt.Fprintf(sum, "%d:", len(part))
			sum.Write(part)
		}
	}
	add([]byte(r.RequestContext.HTTP.Method), []byte(r.RawPath), []byte(r.RawQueryString), []byte(mediaType(r)))
	parts, ok := formParts(r)
	if !ok {
		parts = [][]byte{r.Body}
	}
	add(parts...)
	return sum.Sum(nil)
}

// formParts are the Content-Disposition and the content of each part of a whole form; ok is false when the body is none.
func formParts(r *Request) (parts [][]byte, ok bool) {
	media, params, err := mime.ParseMediaType(r.header("content-type"))
	boundary := params["boundary"]
	if err != nil || media != "multipart/form-data" || boundary == "" || !bytes.Contains(r.Body, []byte("--"+boundary+"--")) {
		return nil, false
	}
	form := multipart.NewReader(bytes.NewReader(r.Body), boundary)
	for {
		part, err := form.NextRawPart()
		if err != nil {
			return parts, errors.Is(err, io.EOF)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, false
		}
		parts = append(parts, []byte(strings.Join(part.Header.Values("Content-Disposition"), "\n")), content)
	}
}
