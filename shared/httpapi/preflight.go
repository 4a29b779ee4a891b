package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// CORS is what pages of other origins may do, as the HTTP API's CorsConfiguration says it.
type CORS struct {
	Origins, Methods, Headers []string
	MaxAge                    int // seconds that a browser may remember the answer
}

// Preflights answers preflight requests as API Gateway does, and hands every other request to next. API Gateway answers them itself, but
// AWS's page says too that a route which takes OPTIONS receives them; it also replaces these headers by its own.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
func Preflights(cors CORS, next Handler) Handler {
	return func(ctx context.Context, r *Request) (*Response, error) {
		origin := r.header("origin")
		if r.RequestContext.HTTP.Method != http.MethodOptions || origin == "" || r.header("access-control-request-method") == "" {
			return next(ctx, r)
		}
		header := map[string]string{"vary": "Origin"}
		if slices.Contains(cors.Origins, origin) {
			header["access-control-allow-origin"] = origin
			header["access-control-allow-methods"] = strings.Join(cors.Methods, ",")
			header["access-control-allow-headers"] = strings.Join(cors.Headers, ",")
			header["access-control-max-age"] = strconv.Itoa(cors.MaxAge)
		}
		return &Response{Status: http.StatusNoContent, Header: header}, nil
	}
}
