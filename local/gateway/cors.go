package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// CORS is the API's CorsConfiguration. When it is there, API Gateway alone decides on CORS: it answers every preflight request, whatever
// the routes are, and ignores the CORS headers of functions. The same page says that $default "catches" OPTIONS as well; see
// Options.PreflightToDefault.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
type CORS struct {
	AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders []string // origins are exact, *, https://* or http://*
	AllowCredentials                                        bool
	MaxAge                                                  int // in seconds, -1 to 86400; 0 sends none
}

func (c *CORS) check() error {
	switch {
	case c == nil:
		return nil
	case c.AllowCredentials && slices.Contains(c.AllowOrigins, "*"):
		return errors.New("CORS: AllowCredentials is not supported if AllowOrigins has *") // as AWS: github.com/aws/aws-cdk/issues/9076
	case c.MaxAge < -1 || c.MaxAge > 86400:
		return fmt.Errorf("CORS: MaxAge %d is outside -1 to 86400", c.MaxAge)
	}
	return nil
}

// isPreflight follows the page: an OPTIONS request with Origin and Access-Control-Request-Method. Other OPTIONS requests are routed.
func (c *CORS) isPreflight(r *http.Request) bool {
	return c != nil && r.Method == http.MethodOptions && r.Header.Get("Origin") != "" &&
		r.Header.Get("Access-Control-Request-Method") != ""
}

// allowed returns the value of Access-Control-Allow-Origin, which is empty for an origin that is not on the list.
func (c *CORS) allowed(origin string) string {
	if origin == "" {
		return ""
	}
	for _, allow := range c.AllowOrigins {
		switch {
		case allow == "*":
			return "*"
		case allow == origin, (allow == "https://*" || allow == "http://*") && strings.HasPrefix(origin, strings.TrimSuffix(allow, "*")):
			return origin
		}
	}
	return ""
}

// apply replaces the CORS headers of an answer to r. The page promises them for answers of integrations; our choice is to give them to
// API Gateway's own errors too. A request without Origin, or from another origin, gets none. Answers that could differ by origin
// say so in Vary, with or without an Origin in this request.
func (c *CORS) apply(header http.Header, r *http.Request) {
	if c == nil {
		return
	}
	for name := range header {
		if strings.HasPrefix(name, "Access-Control-") {
			delete(header, name)
		}
	}
	if !slices.Contains(c.AllowOrigins, "*") {
		header.Add("Vary", "Origin")
	}
	origin := c.allowed(r.Header.Get("Origin"))
	if origin == "" {
		return
	}
	header.Set("Access-Control-Allow-Origin", origin)
	if c.AllowCredentials {
		header.Set("Access-Control-Allow-Credentials", "true")
	}
	if !c.isPreflight(r) {
		setList(header, "Access-Control-Expose-Headers", c.ExposeHeaders)
		return
	}
	setList(header, "Access-Control-Allow-Methods", c.AllowMethods)
	setList(header, "Access-Control-Allow-Headers", c.AllowHeaders)
	if c.MaxAge != 0 {
		header.Set("Access-Control-Max-Age", strconv.Itoa(c.MaxAge))
	}
}

func setList(header http.Header, name string, values []string) {
	if len(values) > 0 {
		header.Set(name, strings.Join(values, ","))
	}
}
