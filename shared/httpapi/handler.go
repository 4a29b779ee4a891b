package httpapi

import (
	"context"
	"encoding/base64"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"lyceum/shared/domain"
)

// Request is one call with its body decoded. Header names are lower case, as API Gateway sends them; sam local keeps the client's case.
type Request struct {
	events.APIGatewayV2HTTPRequest
	Body []byte
}

// Response is what a handler answers.
type Response struct {
	Status int
	Header map[string]string
	Body   []byte
}

// Handler answers a request; an error becomes the error form.
type Handler func(ctx context.Context, r *Request) (*Response, error)

// Serve makes a Lambda handler of h. It never returns an error: whatever happens becomes an answer in our envelope.
func Serve(log *slog.Logger, h Handler) func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	h = withHeaders(withErrors(log, withRecover(h)))
	return func(ctx context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		begin := time.Now()
		r := &Request{APIGatewayV2HTTPRequest: e, Body: []byte(e.Body)}
		if e.IsBase64Encoded {
			body, err := base64.StdEncoding.DecodeString(e.Body)
			if err != nil { // the gateway encoded it; what is not base64 is an empty body
				body = nil
			}
			r.Body = body
		}
		r.Headers = lowerNames(e.Headers)
		known := &taken{requestID: e.RequestContext.RequestID}
		res, _ := h(context.WithValue(ctx, takenKey{}, known), r)
		trace, _ := ctx.Value("x-amzn-trace-id").(string) // X-Ray's, from the Lambda runtime
		log.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("requestId", e.RequestContext.RequestID), slog.String("route", e.RouteKey),
			slog.String("userId", known.caller.String()), slog.String("trace", trace), slog.Int("status", res.Status), slog.Float64("ms", float64(time.Since(begin).Microseconds())/1000))
		return res.event(), nil
	}
}

func lowerNames(headers map[string]string) map[string]string {
	lower := make(map[string]string, len(headers))
	for name, value := range headers {
		lower[strings.ToLower(name)] = value
	}
	return lower
}

// BaseURL is scheme and host the client used, without a slash at the end.
func (r *Request) BaseURL() string {
	scheme := r.Headers["x-forwarded-proto"]
	if scheme != "http" {
		scheme = "https"
	}
	host := r.Headers["host"]
	if host == "" {
		host = r.RequestContext.DomainName
	}
	return scheme + "://" + host
}

// event is the answer in API Gateway's form. Bytes that are not text travel in base64.
func (r *Response) event() events.APIGatewayV2HTTPResponse {
	out := events.APIGatewayV2HTTPResponse{StatusCode: r.Status, Headers: r.Header}
	if utf8.Valid(r.Body) {
		out.Body = string(r.Body)
	} else {
		out.Body, out.IsBase64Encoded = base64.StdEncoding.EncodeToString(r.Body), true
	}
	return out
}

// withHeaders sets what every answer carries. A route that wants caching says so itself.
func withHeaders(next Handler) Handler {
	return func(ctx context.Context, r *Request) (*Response, error) {
		res, err := next(ctx, r)
		if res.Header == nil {
			res.Header = map[string]string{}
		}
		maps.Copy(res.Header, takenOf(ctx).headers())
		for name, value := range map[string]string{
			"x-request-id":              r.RequestContext.RequestID,
			"x-content-type-options":    "nosniff",
			"strict-transport-security": "max-age=63072000; includeSubDomains",
			"content-security-policy":   "default-src 'none'; frame-ancestors 'none'",
			"referrer-policy":           "no-referrer",
			"cache-control":             "no-store",
		} {
			if _, set := res.Header[name]; !set {
				res.Header[name] = value
			}
		}
		return res, err
	}
}

// Device is what the client says it is, for people to recognise it: its User-Agent without control characters, cut to 200 bytes.
func (r *Request) Device() string { return domain.CleanLine(r.header("user-agent"), 200) }

// header reads one request header by its lower-case name, without spaces around it.
func (r *Request) header(name string) string { return strings.TrimSpace(r.Headers[name]) }

// redirect answers 302.
func redirect(url string) *Response {
	return &Response{Status: http.StatusFound, Header: map[string]string{"location": url}}
}
