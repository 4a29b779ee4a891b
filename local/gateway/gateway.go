// Package gateway serves an API Gateway HTTP API as an http.Handler: its routes, its events, its answers and its limits.
package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// Route sends requests to a function.
type Route struct {
	Method   string // a verb in upper case, or ANY; not looked at for $default
	Path     string // /api/lessons/{id}, /files/{proxy+} or $default
	Function string
	Timeout  time.Duration // of the integration: 30 s at most, 0 means 30 s
}

// CORS is the API's CorsConfiguration.
type CORS struct {
	AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders []string
	AllowCredentials                                        bool
	MaxAge                                                  int // in seconds
}

// Invoker invokes a function with a JSON event and returns its JSON response.
type Invoker func(ctx context.Context, function string, payload []byte) ([]byte, error)

// Options configures an API.
type Options struct {
	Routes                   []Route
	CORS                     *CORS // nil leaves CORS to the functions
	Invoke                   Invoker
	Region, AccountID, APIID string
	Log                      *slog.Logger
	Now                      func() time.Time
}

// New checks the routes and returns the API.
func New(opts Options) (http.Handler, error) {
	if opts.Invoke == nil {
		return nil, errors.New("gateway: Options.Invoke is missing")
	}
	return http.NotFoundHandler(), nil
}
