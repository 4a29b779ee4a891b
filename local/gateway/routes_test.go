package gateway_test

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/local/gateway"
)

func TestRouting(t *testing.T) {
	t.Parallel()
	documented := []string{"GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"}
	lessons := []string{"GET /api/lessons", "POST /api/lessons", "GET /api/lessons/{id}", "POST /api/lessons/{id}/complete", "GET /api/lessons/new"}
	tests := []struct {
		name, request string
		routes        []string
		want          string // "" is a 404
		parameters    map[string]string
	}{
		{"AWS's example: a static route matches fully", "GET /pets/dog/1", documented, "GET /pets/dog/1", nil},
		{"AWS's example: a parameter matches fully", "GET /pets/dog/2", documented, "GET /pets/dog/{id}", map[string]string{"id": "2"}},
		{"AWS's example: a greedy path catches the rest", "GET /pets/cat/1", documented, "GET /pets/{proxy+}", map[string]string{"proxy": "cat/1"}},
		{"AWS's example: ANY with a greedy path comes before $default", "POST /test/5", documented, "ANY /{proxy+}", map[string]string{"proxy": "test/5"}},
		{"$default takes what is left", "GET /", documented, "$default", nil},
		{"a literal wins over a parameter", "GET /api/lessons/new", lessons, "GET /api/lessons/new", nil},
		{"a parameter matches one segment only", "GET /api/lessons/a/b", lessons, "", nil},
		{"a parameter needs something to match", "GET /api/lessons/", lessons, "", nil},
		{"a trailing slash makes another path", "POST /api/lessons/", lessons, "", nil},
		{"a doubled slash makes another path", "GET //api/lessons", lessons, "", nil},
		{"an empty segment matches no parameter", "POST /api/lessons//complete", lessons, "", nil},
		{"letters' case matters", "GET /API/lessons", lessons, "", nil},
		{"D67: another method on a known path is 404 on AWS, not 405", "DELETE /api/lessons", lessons, "", nil},
		{"D67: the method decides between routes of one path", "POST /api/lessons", lessons, "POST /api/lessons", nil},
		{"HEAD is not served by GET", "HEAD /api/lessons", lessons, "", nil},
		{"OPTIONS is not served without a route", "OPTIONS /api/lessons", lessons, "", nil},
		{"OPTIONS has routes like any method", "OPTIONS /x", []string{"OPTIONS /x"}, "OPTIONS /x", nil},
		{"ANY takes HEAD", "HEAD /x", []string{"ANY /x"}, "ANY /x", nil},
		{"the exact method comes before ANY", "GET /x", []string{"ANY /x", "GET /x"}, "GET /x", nil},
		{"ANY takes the methods that have no route", "PUT /x", []string{"ANY /x", "GET /x"}, "ANY /x", nil},
		{"the path is compared before the method", "GET /x/a", []string{"GET /x/{id}", "ANY /x/a"}, "ANY /x/a", nil},
		{"a literal of another method does not hide a parameter", "POST /x/a", []string{"GET /x/a", "POST /x/{id}"}, "POST /x/{id}", map[string]string{"id": "a"}},
		{"the leftmost literal wins", "GET /a/b", []string{"GET /{x}/b", "GET /a/{y}"}, "GET /a/{y}", map[string]string{"y": "b"}},
		{"the longer greedy prefix wins", "GET /a/b/c", []string{"GET /a/{p+}", "GET /a/b/{p+}"}, "GET /a/b/{p+}", map[string]string{"p": "c"}},
		{"a full match comes before a longer greedy prefix", "GET /a/b", []string{"GET /a/{p+}", "GET /{x}/{y}"}, "GET /{x}/{y}", map[string]string{"x": "a", "y": "b"}},
		{"a greedy path needs something to match", "GET /a", []string{"GET /a/{p+}"}, "", nil},
		{"a greedy path keeps its slashes", "GET /a/b//c/", []string{"GET /a/{p+}"}, "GET /a/{p+}", map[string]string{"p": "b//c/"}},
		{"parameters are percent-decoded", "GET /a/J%C3%BCrgen%20M", []string{"GET /a/{name}"}, "GET /a/{name}", map[string]string{"name": "Jürgen M"}},
		{"a plus sign in a path is a plus sign", "GET /a/b+c", []string{"GET /a/{name}"}, "GET /a/{name}", map[string]string{"name": "b+c"}},
		{"an encoded literal matches", "GET /%61", []string{"GET /a"}, "GET /a", nil},
		{"an encoded slash separates segments", "GET /a/b%2Fc", []string{"GET /a/{name}"}, "", nil},
		{"dots are not resolved", "GET /a/../b", []string{"GET /b", "GET /a/{x}/b"}, "GET /a/{x}/b", map[string]string{"x": ".."}},
		{"the root has a route of its own", "GET /", []string{"GET /", "GET /{p+}"}, "GET /", nil},
		{"an absolute target counts by its path", "GET http://example.com/x", []string{"GET /x"}, "GET /x", nil},
		{"an absolute target without a path is the root", "GET http://example.com", []string{"GET /"}, "GET /", nil},
		{"bytes that are not UTF-8 match a parameter", "GET /a/%ff", []string{"GET /a/{x}"}, "GET /a/{x}", map[string]string{"x": "\uFFFD"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fn := &recorder{response: `{"statusCode":200}`}
			res := do(routed(t, fn.invoke, tt.routes...), request(t, tt.request+" HTTP/1.1"))
			if tt.want == "" {
				if res.StatusCode != http.StatusNotFound {
					t.Fatalf("got %d, want 404", res.StatusCode)
				}
				if fn.calls > 0 {
					t.Fatalf("%s was invoked", fn.function)
				}
				return
			}
			if res.StatusCode != http.StatusOK || fn.function != tt.want {
				t.Fatalf("got %d from %q, want 200 from %q", res.StatusCode, fn.function, tt.want)
			}
			var event struct {
				RouteKey       string
				PathParameters map[string]string
			}
			if err := json.Unmarshal(fn.payload, &event); err != nil {
				t.Fatal(err)
			}
			if event.RouteKey != tt.want || !maps.Equal(event.PathParameters, tt.parameters) {
				t.Errorf("got route key %q and parameters %q, want %q and %q", event.RouteKey, event.PathParameters, tt.want, tt.parameters)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	get := func(path string) []gateway.Route { return []gateway.Route{{Method: "GET", Path: path, Function: "F"}} }
	tests := []struct {
		name   string
		routes []gateway.Route
		want   string
	}{
		{"an unknown method", []gateway.Route{{Method: "get", Path: "/a", Function: "F"}}, `method "get"`},
		{"a route without function", []gateway.Route{{Method: "GET", Path: "/a"}}, "names no function"},
		{"a relative path", get("a"), "no slash"},
		{"an empty path", get(""), "no slash"},
		{"a trailing slash", get("/a/"), "empty segment"},
		{"an empty segment", get("/a//b"), "empty segment"},
		{"a parameter within a segment", get("/a/x{id}"), `"x{id}"`},
		{"an unclosed parameter", get("/a/{id"), `"{id"`},
		{"a nameless parameter", get("/a/{}"), `"{}"`},
		{"a greedy parameter in the middle", get("/{p+}/a"), "not the last"},
		{"a parameter twice", get("/{id}/{id}"), "occurs twice"},
		{"a query in the path", get("/a?b=c"), `"a?b=c"`},
		{"a timeout beyond 30 s", []gateway.Route{{Method: "GET", Path: "/a", Function: "F", Timeout: 31 * time.Second}}, "timeout 31s"},
		{"a timeout under 50 ms", []gateway.Route{{Method: "GET", Path: "/a", Function: "F", Timeout: time.Millisecond}}, "timeout 1ms"},
		{"a route twice", routesOf("GET /a", "GET /a"), "same requests"},
		{"routes that differ in a parameter's name", routesOf("GET /a/{x}", "GET /a/{y}"), "GET /a/{y} matches the same requests as GET /a/{x}"},
		{"greedy routes that differ in a parameter's name", routesOf("ANY /{x+}", "ANY /{y+}"), "same requests"},
		{"two defaults", routesOf("$default", "$default"), "same requests"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := gateway.New(gateway.Options{Routes: tt.routes, Invoke: new(recorder).invoke})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
	t.Run("an API without Invoke", func(t *testing.T) {
		t.Parallel()
		if _, err := gateway.New(gateway.Options{}); err == nil {
			t.Error("got no error")
		}
	})
}

func TestAnAPIWithoutRoutesAnswers404(t *testing.T) {
	t.Parallel()
	res := do(routed(t, new(recorder).invoke), httptest.NewRequest("GET", "/", nil))
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("got %d, want 404", res.StatusCode)
	}
}

// An order that compared only what two routes have in common was none: with enough routes between them, a parameter won over a literal.
func TestALiteralWinsWhateverOtherRoutesThereAre(t *testing.T) {
	t.Parallel()
	routes := []gateway.Route{
		{Method: "GET", Path: "/api/users/me", Function: "literal"}, {Method: "GET", Path: "/api/users/{id}", Function: "parameter"},
		{Method: "GET", Path: "/api/lessons", Function: "other"}, {Method: "POST", Path: "/api/auth/register", Function: "other"},
		{Method: "GET", Path: "/api/users", Function: "other"}, {Method: "GET", Path: "/api/lessons/{id}", Function: "other"},
		{Method: "POST", Path: "/api/lessons/{id}/complete", Function: "other"}, {Method: "GET", Path: "/.well-known/jwks.json", Function: "other"},
		{Method: "ANY", Path: "$default", Function: "other"}, {Method: "GET", Path: "/api/{rest+}", Function: "other"},
		{Method: "PATCH", Path: "/api/users/{id}", Function: "other"}, {Method: "PUT", Path: "/api/users/{id}/role", Function: "other"},
	}
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		shuffled := slices.Clone(routes)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		var called string
		h, err := gateway.New(gateway.Options{Routes: shuffled, Invoke: func(_ context.Context, function string, _ []byte) ([]byte, error) {
			called = function
			return []byte(`{"statusCode":200}`), nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/api/users/me", nil))
		if called != "literal" {
			t.Fatalf("seed %d: /api/users/me went to %s", seed, called)
		}
	}
}
