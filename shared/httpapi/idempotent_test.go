package httpapi_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
)

// remembered is a store of requests with a key.
func remembered(t testing.TB) dynamo.Idempotency {
	t.Helper()
	return dynamo.Idempotency{Table: localtest.New(t).Table("EPHEMERAL_TABLE"), Now: time.Now, Random: rand.Reader}
}

// idempotent is a route whose use case is do.
func idempotent(store domain.Idempotency, do func(ctx context.Context) (string, error)) httpapi.Handler {
	return httpapi.Authenticate(good, httpapi.Idempotent(store, discard, func(ctx context.Context, _ *httpapi.Request) (*httpapi.Response, error) {
		text, err := do(ctx)
		if err != nil {
			return nil, err
		}
		return &httpapi.Response{Status: 201, Header: map[string]string{"content-type": "application/json; charset=utf-8"}, Body: []byte(text)}, nil
	}))
}

const okay = `{"data":{},"success":true}`

// withKey is e of a known caller with an Idempotency-Key.
func withKey(e events.APIGatewayV2HTTPRequest, key string) events.APIGatewayV2HTTPRequest {
	e.Headers["authorization"], e.Headers["idempotency-key"] = "Bearer good.token.x", key
	return e
}

func TestTheSyntaxOfAKey(t *testing.T) {
	t.Parallel()
	runs := 0
	handler := idempotent(remembered(t), func(context.Context) (string, error) { runs++; return okay, nil })
	send := func(key string) (status int, ran bool) {
		before := runs
		got := call(t, handler, withKey(jsonRequest("{}"), key))
		if got.status == 400 && got.Code != "idempotency.key_invalid" {
			t.Errorf("%q: code %s", key, got.Code)
		}
		return got.status, runs > before
	}
	for key, same := range map[string]string{
		`a`: `"a"`, `8e03978e-40d5-43dd-bc93-6894a57f9324`: ` "8e03978e-40d5-43dd-bc93-6894a57f9324" `, `"a\\b"`: `"a\\b"`, `"a\"b"`: `"a\"b"`,
		`"a,b;c=d"`: `"a,b;c=d"`, `Zm9v+/==`: `"Zm9v+/=="`, strings.Repeat("k", 255): `"` + strings.Repeat("k", 255) + `"`,
	} {
		if status, ran := send(key); status != 201 || !ran {
			t.Errorf("%s: %d, ran: %v; want a run", key, status, ran)
		}
		if status, ran := send(same); status != 201 || ran {
			t.Errorf("%s after %s: %d, ran: %v; want the first answer", same, key, status, ran)
		}
	}
	for _, key := range []string{
		"", " ", `""`, `"`, `"a`, `a"`, `a b`, `"a b"`, "a\tb", "ä", `"ä"`, "a\x7f", "a\x00", `"a\b"`, `"a\"`, `a\b`, `"a"b"`, `"a";p=1`, `a;p=1`, `a,b`,
		`"a","b"`, `"a", "b"`,
		strings.Repeat("k", 256), `"` + strings.Repeat("k", 256) + `"`, strings.Repeat("k", 10_000),
	} {
		if status, ran := send(key); status != 400 || ran {
			t.Errorf("%q: %d, ran: %v; want 400", key, status, ran)
		}
	}
}

func FuzzIdempotencyKey(f *testing.F) {
	for _, key := range []string{"a", `"a"`, `"\\"`, `"\"`, `"\""`, "a,b", "\xff"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		handler := idempotent(noStore{}, func(context.Context) (string, error) { return okay, nil })
		if got := call(t, handler, withKey(jsonRequest("{}"), key)); got.status != 400 && got.status != 503 {
			t.Errorf("%q: %d %s", key, got.status, got.body)
		}
	})
}

// noStore answers nothing.
type noStore struct{ domain.Idempotency }

func (noStore) Begin(_ context.Context, r domain.Repeatable, _ time.Duration) (domain.Run, *domain.KeptAnswer, error) {
	if len(r.Key) == 0 || len(r.Key) > 255 || strings.ContainsFunc(r.Key, func(c rune) bool { return c <= ' ' || c > '~' }) {
		panic("a bad key")
	}
	return domain.Run{}, nil, dynamo.ErrUnavailable
}

func TestWhatIsRepeatedAndWhatRunsAgain(t *testing.T) {
	t.Parallel()
	store := remembered(t)
	later := fault.New(fault.Conflict, "thing.later", "Come again.")
	later.RetryAfter = time.Second
	for name, test := range map[string]struct {
		do    func() (string, error)
		kept  bool
		wants int
	}{
		"a success":                 {func() (string, error) { return okay, nil }, true, 201},
		"a refusal":                 {func() (string, error) { return "", domain.ErrNoLesson }, true, 404},
		"a refusal for now":         {func() (string, error) { return "", later }, false, 409},
		"an internal error":         {func() (string, error) { return "", errors.New("x") }, false, 500},
		"a dead dependency":         {func() (string, error) { return "", dynamo.ErrUnavailable }, false, 503},
		"a panic":                   {func() (string, error) { panic("x") }, false, 500},
		"an answer of 200 KB":       {func() (string, error) { return okay + strings.Repeat(" ", 200<<10-len(okay)), nil }, true, 201},
		"an answer of a byte more":  {func() (string, error) { return okay + strings.Repeat(" ", 200<<10-len(okay)+1), nil }, false, 201},
		"a refusal with its reason": {func() (string, error) { return "", fault.InField("a", fault.ErrMissing) }, true, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runs := 0
			handler := idempotent(store, func(context.Context) (string, error) { runs++; return test.do() })
			request := withKey(jsonRequest("{}"), strings.ReplaceAll(name, " ", "-"))
			first, second := call(t, handler, request), call(t, handler, request)
			if first.status != test.wants || second.status != test.wants || first.body != second.body || first.header["idempotency-replayed"] != "" {
				t.Errorf("got %d, then %d %.200s; want %d twice", first.status, second.status, second.body, test.wants)
			}
			if kept := runs == 1 && second.header["idempotency-replayed"] == "true"; kept != test.kept || !kept && runs != 2 {
				t.Errorf("%d runs, replayed %q; want it kept: %v", runs, second.header["idempotency-replayed"], test.kept)
			}
		})
	}
}

func TestWhatMakesAnotherRequest(t *testing.T) {
	t.Parallel()
	store := remembered(t)
	plain := body(part{`form-data; name="file"; filename="a.pdf"`, "abc"})
	form := func(body, contentType string) events.APIGatewayV2HTTPRequest {
		return binary(request("POST", body, "content-type", contentType))
	}
	const multipart = "multipart/form-data; boundary=xyz"
	other := func(change func(*events.APIGatewayV2HTTPRequest)) events.APIGatewayV2HTTPRequest {
		e := jsonRequest(`{"a":1}`)
		change(&e)
		return e
	}
	for name, test := range map[string]struct {
		first, second events.APIGatewayV2HTTPRequest
		same          bool
	}{
		"nothing":                      {jsonRequest(`{"a":1}`), jsonRequest(`{"a":1}`), true},
		"the body in base64":           {jsonRequest(`{"a":1}`), binary(jsonRequest(`{"a":1}`)), true},
		"a parameter of the type":      {jsonRequest(`{"a":1}`), request("POST", `{"a":1}`, "content-type", "application/json; charset=utf-8"), true},
		"another header":               {jsonRequest(`{"a":1}`), request("POST", `{"a":1}`, "content-type", "application/json", "user-agent", "x"), true},
		"the body":                     {jsonRequest(`{"a":1}`), jsonRequest(`{"a":2}`), false},
		"a space in the body":          {jsonRequest(`{"a":1}`), jsonRequest(`{"a": 1}`), false},
		"the type":                     {jsonRequest(`{"a":1}`), request("POST", `{"a":1}`, "content-type", "text/plain"), false},
		"the method":                   {jsonRequest(`{"a":1}`), other(func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.HTTP.Method = "PUT" }), false},
		"the path":                     {jsonRequest(`{"a":1}`), other(func(e *events.APIGatewayV2HTTPRequest) { e.RawPath = "/api/things/2" }), false},
		"the query":                    {jsonRequest(`{"a":1}`), other(func(e *events.APIGatewayV2HTTPRequest) { e.RawQueryString = "a=b" }), false},
		"a form's boundary":            {form(plain, multipart), form(strings.ReplaceAll(plain, "xyz", "abcd"), "multipart/form-data; boundary=abcd"), true},
		"a part's content":             {form(plain, multipart), form(strings.Replace(plain, "abc", "abd", 1), multipart), false},
		"a file's name":                {form(plain, multipart), form(strings.Replace(plain, "a.pdf", "b.pdf", 1), multipart), false},
		"a form cut before its end":    {form(plain[:len(plain)-10], multipart), form(plain, multipart), false},
		"one part split into two":      {form(body(part{"x", "ab"}), multipart), form(body(part{"x", "a"}, part{"x", "b"}), multipart), false},
		"a form that is none, changed": {form("a", multipart), form("b", multipart), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handler := idempotent(store, func(context.Context) (string, error) { return okay, nil })
			key := strings.NewReplacer(" ", "-", ",", "").Replace(name)
			first, second := call(t, handler, withKey(test.first, key)), call(t, handler, withKey(test.second, key))
			if first.status != 201 {
				t.Fatalf("got %d %s", first.status, first.body)
			}
			if same := second.status == 201; same != test.same || !same && second.Code != "idempotency.key_reused" {
				t.Errorf("got %d %s, want it the same request: %v", second.status, second.body, test.same)
			}
		})
	}
}

func TestEveryRunHasTheFirstsTimeAndChance(t *testing.T) {
	t.Parallel()
	store := remembered(t)
	var seen []string
	handler := idempotent(store, func(ctx context.Context) (string, error) {
		now, random := httpapi.Once(ctx, time.Unix(int64(len(seen)), 0), strings.NewReader(strings.Repeat(fmt.Sprint(len(seen)), 8)))
		b := make([]byte, 8)
		if _, err := io.ReadFull(random, b); err != nil {
			t.Error(err)
		}
		seen = append(seen, fmt.Sprintf("%s %x", now, b))
		return "", dynamo.ErrUnavailable
	})
	for _, key := range []string{"a", "a", "b"} {
		call(t, handler, withKey(jsonRequest("{}"), key))
	}
	if seen[0] != seen[1] || seen[0][len(seen[0])-16:] == seen[2][len(seen[2])-16:] || strings.HasPrefix(seen[0], "1970") {
		t.Errorf("runs had %q, want the first two alike and of the store", seen)
	}
	without := withKey(jsonRequest("{}"), "")
	delete(without.Headers, "idempotency-key")
	call(t, handler, without)
	if want := fmt.Sprintf("%s %x", time.Unix(3, 0), "33333333"); seen[3] != want {
		t.Errorf("without a key %q, want what was given, %q", seen[3], want)
	}
}

// unsettled begins runs, notes their leases and fails to end them.
type unsettled struct{ leases *[]time.Duration }

func (u unsettled) Begin(_ context.Context, _ domain.Repeatable, lease time.Duration) (domain.Run, *domain.KeptAnswer, error) {
	*u.leases = append(*u.leases, lease)
	return domain.Run{}, nil, nil
}

func (unsettled) Finish(context.Context, domain.Repeatable, domain.Run, domain.KeptAnswer) error {
	return dynamo.ErrUnavailable.Because(errors.New("no finish"))
}

func (unsettled) Release(context.Context, domain.Repeatable, domain.Run) error {
	return dynamo.ErrUnavailable.Because(errors.New("no release"))
}

func TestTheLeaseOutlivesTheFunction(t *testing.T) {
	t.Parallel()
	var leases []time.Duration
	handler := httpapi.Serve(discard, idempotent(unsettled{&leases}, func(context.Context) (string, error) { return okay, nil }))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for _, ctx := range []context.Context{ctx, t.Context()} {
		if _, err := handler(ctx, withKey(jsonRequest("{}"), "a")); err != nil {
			t.Fatal(err)
		}
	}
	if leases[0] <= 20*time.Second || leases[0] > 25*time.Second || leases[1] != 905*time.Second {
		t.Errorf("leases %v, want 5 s more than the deadline, or than a Lambda can run", leases)
	}
}

func TestAKeyThatCannotBeSettledIsLogged(t *testing.T) {
	t.Parallel()
	for cause, err := range map[string]error{"no finish": nil, "no release": dynamo.ErrUnavailable} {
		var log bytes.Buffer
		handler := httpapi.Authenticate(good, httpapi.Idempotent(unsettled{new([]time.Duration)}, slog.New(slog.NewJSONHandler(&log, nil)),
			httpapi.Command(201, func(context.Context, struct{ Body struct{} }) (thing, error) { return thing{}, err })))
		if got := call(t, handler, withKey(jsonRequest("{}"), "a-key-of-mine")); (got.status == 201) != (err == nil) {
			t.Errorf("%s: got %d %s", cause, got.status, got.body)
		}
		if all := lines(t, &log); len(all) != 1 || !strings.Contains(fmt.Sprint(all[0]["cause"]), cause) || strings.Contains(fmt.Sprint(all), "a-key-of-mine") {
			t.Errorf("the log has %v, want one line on %s without the key", all, cause)
		}
	}
}

func TestAnIdempotentRouteNeedsACaller(t *testing.T) {
	t.Parallel()
	handler := httpapi.Idempotent(noStore{}, discard, answers(200, thing{}))
	if got := call(t, handler, withKey(jsonRequest("{}"), "a")); got.status != 500 {
		t.Errorf("got %d %s, want 500", got.status, got.body)
	}
}
