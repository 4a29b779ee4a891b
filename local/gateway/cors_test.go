package gateway_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lyceum/local/gateway"
)

// listed is an allow-list as template.yaml has it.
func listed() *gateway.CORS {
	return &gateway.CORS{
		AllowOrigins: []string{"https://app.example.com", "http://localhost:5173"}, AllowMethods: []string{"GET", "POST"},
		AllowHeaders: []string{"authorization", "content-type"}, ExposeHeaders: []string{"etag", "x-request-id"},
		AllowCredentials: true, MaxAge: 600,
	}
}

// corsHeaders are the CORS headers of an answer, one per line, and Vary.
func corsHeaders(res *http.Response) string {
	var lines []string
	for _, name := range []string{"Allow-Origin", "Allow-Credentials", "Allow-Methods", "Allow-Headers", "Max-Age", "Expose-Headers"} {
		if values := res.Header["Access-Control-"+name]; len(values) > 0 {
			lines = append(lines, name+": "+strings.Join(values, " AND "))
		}
	}
	if values := res.Header["Vary"]; len(values) > 0 {
		lines = append(lines, "Vary: "+strings.Join(values, ","))
	}
	return strings.Join(lines, "\n")
}

func corsRequest(method, path, origin string, preflight bool) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	if preflight {
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "content-type")
	}
	return r
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.com"
	star := &gateway.CORS{AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*"}}
	schemes := &gateway.CORS{AllowOrigins: []string{"https://*"}, AllowMethods: []string{"GET"}}
	full := "Allow-Origin: " + app + "\nAllow-Credentials: true\nAllow-Methods: GET,POST\nAllow-Headers: authorization,content-type\nMax-Age: 600\nVary: Origin"
	tests := []struct {
		name, path, origin string
		cors               *gateway.CORS
		want               string
	}{
		{"D35: an origin on the list", "/a", app, listed(), full},
		{"D35: an origin that is not", "/a", "https://evil.example.com", listed(), "Vary: Origin"},
		{"D35: a listed origin with more behind it", "/a", app + ".evil.com", listed(), "Vary: Origin"},
		{"D35: a listed host with another scheme", "/a", "http://app.example.com", listed(), "Vary: Origin"},
		{"the opaque origin", "/a", "null", listed(), "Vary: Origin"},
		{"a path with routes for ANY method", "/any", app, listed(), full},
		{"a path with a route for OPTIONS", "/options", app, listed(), full},
		{"a path without routes, as AWS answers for the API", "/nowhere", app, listed(), full},
		{"any origin", "/a", "https://evil.example.com", star, "Allow-Origin: *\nAllow-Methods: *\nAllow-Headers: *"},
		{"any https origin", "/a", "https://evil.example.com", schemes, "Allow-Origin: https://evil.example.com\nAllow-Methods: GET\nVary: Origin"},
		{"an http origin where https is asked for", "/a", "http://evil.example.com", schemes, "Vary: Origin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fn := &recorder{response: `{"statusCode":200}`}
			api := newAPI(t, gateway.Options{Routes: routesOf("GET /a", "ANY /any", "OPTIONS /options"), CORS: tt.cors, Invoke: fn.invoke})
			res := do(api, corsRequest("OPTIONS", tt.path, tt.origin, true))
			if got := corsHeaders(res); res.StatusCode != http.StatusNoContent || got != tt.want {
				t.Errorf("got %d with\n%s\nwant 204 with\n%s", res.StatusCode, got, tt.want)
			}
			if fn.calls > 0 || body(t, res) != "" {
				t.Errorf("a function was asked")
			}
		})
	}
}

func TestCORSHeadersOfAnswers(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.com"
	allowed := "Allow-Origin: " + app + "\nAllow-Credentials: true\nExpose-Headers: etag,x-request-id\nVary: Origin"
	ownHeaders := `{"statusCode":200,"headers":{"access-control-allow-origin":"*","Access-Control-Allow-Methods":"PUT","vary":"Accept-Encoding"}}`
	tests := []struct {
		name, origin string
		fn           *recorder
		path         string
		cors         *gateway.CORS
		status       int
		want         string
	}{
		{"a success", app, &recorder{response: `{"statusCode":200}`}, "/a", listed(), 200, allowed},
		{"another listed origin", "http://localhost:5173", &recorder{response: `{"statusCode":200}`}, "/a", listed(), 200, strings.Replace(allowed, app, "http://localhost:5173", 1)},
		{"an origin that is not listed", "https://evil.example.com", &recorder{response: `{"statusCode":200}`}, "/a", listed(), 200, "Vary: Origin"},
		{"no origin", "", &recorder{response: `{"statusCode":200}`}, "/a", listed(), 200, "Vary: Origin"},
		{"D36: a function's own error answer", app, &recorder{response: `{"statusCode":500}`}, "/a", listed(), 500, allowed},
		{"D36: a function that failed", app, &recorder{err: refused(500)}, "/a", listed(), 500, allowed},
		{"D36: a throttled function", app, &recorder{err: refused(429)}, "/a", listed(), 503, allowed},
		{"D36: a malformed response", app, &recorder{response: `{"statusCode":"x"}`}, "/a", listed(), 500, allowed},
		{"D36: a path without route", app, &recorder{}, "/nowhere", listed(), 404, allowed},
		{"D36: a request with too long a head", app, &recorder{}, "/" + strings.Repeat("a", 11000), listed(), 431, allowed},
		{"the function's CORS headers are ignored", app, &recorder{response: ownHeaders}, "/a", listed(), 200, strings.Replace(allowed, "Vary: ", "Vary: Accept-Encoding,", 1)},
		{"they are ignored for other origins too", "https://evil.example.com", &recorder{response: ownHeaders}, "/a", listed(), 200, "Vary: Accept-Encoding,Origin"},
		{"without CORS configuration they pass", app, &recorder{response: ownHeaders}, "/a", nil, 200, "Allow-Origin: *\nAllow-Methods: PUT\nVary: Accept-Encoding"},
		{"without CORS configuration there are no others", app, &recorder{response: `{"statusCode":200}`}, "/a", nil, 200, ""},
		{"any origin needs no Vary", app, &recorder{response: `{"statusCode":200}`}, "/a", &gateway.CORS{AllowOrigins: []string{"*"}}, 200, "Allow-Origin: *"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, gateway.Options{Routes: routesOf("GET /a"), CORS: tt.cors, Invoke: tt.fn.invoke})
			res := do(api, corsRequest("GET", tt.path, tt.origin, false))
			if got := corsHeaders(res); res.StatusCode != tt.status || got != tt.want {
				t.Errorf("got %d with\n%s\nwant %d with\n%s", res.StatusCode, got, tt.status, tt.want)
			}
		})
	}
}

func TestOPTIONSThatIsNoPreflightIsRouted(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.com"
	tests := []struct {
		name   string
		cors   *gateway.CORS
		origin string
		ask    bool
	}{
		{"without Origin", listed(), "", true},
		{"without Access-Control-Request-Method", listed(), app, false},
		{"without CORS configuration", nil, app, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fn := &recorder{response: `{"statusCode":200}`}
			api := newAPI(t, gateway.Options{Routes: routesOf("ANY /a"), CORS: tt.cors, Invoke: fn.invoke})
			if do(api, corsRequest("OPTIONS", "/a", tt.origin, tt.ask)); fn.calls != 1 {
				t.Errorf("the function was asked %d times, want once", fn.calls)
			}
		})
	}
}

func TestNewRefusesCORS(t *testing.T) {
	t.Parallel()
	for name, cors := range map[string]*gateway.CORS{
		"credentials for any origin": {AllowOrigins: []string{"*"}, AllowCredentials: true},
		"a day and a second":         {MaxAge: 86401},
		"less than -1":               {MaxAge: -2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := gateway.New(gateway.Options{Invoke: new(recorder).invoke, CORS: cors}); err == nil {
				t.Error("got no error")
			}
		})
	}
}
