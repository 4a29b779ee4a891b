// Package gateway serves an API Gateway HTTP API (payload format 2.0, stage $default) as an http.Handler: which function a request
// reaches, the event that function receives, what becomes of its answer, CORS and the limits.
//
// Where AWS documents a behaviour, the code names the page. Where it does not, the code names what was observed on deployed APIs:
// "snapshots" are the recorded events and answers in github.com/aws/aws-lambda-dotnet, folder Tools/LambdaTestTool-v2/tests. What is
// neither documented nor recorded is marked "our choice".
package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// maxTimeout is the longest that an integration may take.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
const maxTimeout = 30 * time.Second

// minTimeout is the least that TimeoutInMillis takes.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html
const minTimeout = 50 * time.Millisecond

// Route sends requests to a function.
type Route struct {
	Method   string // a verb in upper case, or ANY; not looked at for $default
	Path     string // /api/lessons/{id}, /files/{proxy+} or $default
	Function string
	Timeout  time.Duration // of the integration: 50 ms to 30 s, 0 means 30 s
}

// Invoker invokes a function with a JSON event and returns its JSON response. It returns when ctx ends. An error that has a
// StatusCode says that Lambda refused the invocation with that status; any other error is the function's failure.
type Invoker func(ctx context.Context, function string, payload []byte) ([]byte, error)

// Options configures an API.
type Options struct {
	Routes []Route
	CORS   *CORS // nil leaves CORS to the functions
	// PreflightToDefault takes AWS's page on CORS by its other reading: a route that takes OPTIONS,
	// such as $default, receives preflights too. Their answers are passed on as they are, so a
	// function that relies on the gateway's headers is found out.
	PreflightToDefault       bool
	Invoke                   Invoker
	Region, AccountID, APIID string           // us-east-1, 000000000000 and local when empty
	Log                      *slog.Logger     // receives why a request failed, which no answer tells; nil discards
	Now                      func() time.Time // time.Now when nil
	Debug                    bool             // integrations take any time, as a debugger holds them
}

// api is safe for concurrent use: nothing in it changes after New.
type api struct {
	opts   Options
	routes []route
}

// New checks the routes and the CORS configuration and returns the API.
func New(opts Options) (http.Handler, error) {
	if opts.Invoke == nil {
		return nil, errors.New("the API has no Invoke")
	}
	routes, err := parseRoutes(opts.Routes)
	if err != nil {
		return nil, err
	}
	if err := opts.CORS.check(); err != nil {
		return nil, err
	}
	setDefault(&opts.Region, "us-east-1")
	setDefault(&opts.AccountID, "000000000000")
	setDefault(&opts.APIID, "local")
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &api{opts: opts, routes: routes}, nil
}

func setDefault(value *string, to string) {
	if *value == "" {
		*value = to
	}
}

// ServeHTTP answers one request. A client that goes away ends its wait for the function; the function itself runs on, as in Lambda.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := newRequestID()
	answer, ok := a.answer(w, r, id)
	if !ok {
		return
	}
	// Observed in every snapshot, on answers of the function and of API Gateway alike.
	answer.header.Set("Apigw-Requestid", id)
	if !a.opts.PreflightToDefault || !a.opts.CORS.isPreflight(r) {
		a.opts.CORS.apply(answer.header, r)
	}
	answer.write(w, r.Method)
}

// answer decides what r gets; ok is false when nobody waits for it any more.
func (a *api) answer(w http.ResponseWriter, r *http.Request, id string) (answer *response, ok bool) {
	if tooLongHead(r) {
		return refusal(http.StatusRequestHeaderFieldsTooLarge), true
	}
	if a.opts.CORS.isPreflight(r) && !a.opts.PreflightToDefault {
		return &response{status: http.StatusNoContent, header: http.Header{}}, true
	}
	path := requestPath(r)
	match := find(a.routes, r.Method, path)
	if match == nil {
		return refusal(http.StatusNotFound), true
	}
	body, err := readBody(w, r)
	if err != nil {
		return refusal(statusOfBodyError(err)), r.Context().Err() == nil
	}
	ctx, cancel := r.Context(), context.CancelFunc(func() {})
	if !a.opts.Debug {
		ctx, cancel = context.WithTimeout(ctx, match.timeout)
	}
	defer cancel()
	result, err := a.opts.Invoke(ctx, match.function, a.event(r, id, match, path, body))
	if r.Context().Err() != nil {
		return nil, false
	}
	if err == nil {
		if answer, err = parseResponse(result); err == nil {
			return answer, true
		}
	}
	status := statusOfFailure(ctx, err)
	a.opts.Log.Warn("no answer of the function could be passed on", "route", match.key, "function", match.function, "status", status,
		"request", id, "error", err)
	answer = refusal(status)
	if status == http.StatusServiceUnavailable && ctx.Err() == nil {
		answer.header.Set("Retry-After", "1") // it did not run
	}
	return answer, true
}

// statusOfFailure translates what became of an invocation.
func statusOfFailure(ctx context.Context, err error) int {
	var refused interface{ StatusCode() int }
	switch {
	case ctx.Err() != nil:
		// Deployed HTTP APIs answer 503 after the integration timeout: github.com/anomalyco/sst/issues/2232.
		return http.StatusServiceUnavailable
	case errors.As(err, &refused) && refused.StatusCode() == http.StatusRequestEntityTooLarge:
		// Observed for events over Lambda's 6 MB: LargePayloadTests.cs beside the snapshots.
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &refused) && refused.StatusCode() == http.StatusTooManyRequests:
		return http.StatusServiceUnavailable // our choice for a throttled function: the request did nothing and may be repeated
	}
	// https://repost.aws/knowledge-center/api-gateway-5xx-error: errors of the function, and of its permission, are 500.
	return http.StatusInternalServerError
}
