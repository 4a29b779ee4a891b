package httpapi_test

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// answers is a handler with nothing but an Out.
func answers[Out any](status int, out Out) httpapi.Handler {
	return httpapi.Command(status, func(context.Context, struct{ Body struct{} }) (Out, error) { return out, nil })
}

type thing struct {
	Name string `json:"name"`
}

type created struct {
	thing
	url string
}

func (c created) Location() string { return c.url }

// D39: there were three forms of errors and two of success.
func TestD39OneFormOfSuccess(t *testing.T) {
	t.Parallel()
	items := make([]thing, 2)
	tests := map[string]struct {
		handler httpapi.Handler
		status  int
		body    string
		header  map[string]string
	}{
		"a thing":                     {answers(200, thing{"a"}), 200, `{"data":{"name":"a"},"success":true}`, nil},
		"text with markup and quotes": {answers(200, thing{`<b>"é"</b> & 報` + "\n"}), 200, `{"data":{"name":"<b>\"é\"</b> & 報\n"},"success":true}`, nil},
		"text that is not UTF-8":      {answers(200, thing{"a\xff"}), 200, `{"data":{"name":"a\ufffd"},"success":true}`, nil},
		"a thing made": {
			answers(201, created{thing{"a"}, "https://x/api/things/1"}), 201,
			`{"data":{"name":"a"},"success":true}`,
			map[string]string{"location": "https://x/api/things/1"},
		},
		"nothing":    {answers(200, (*thing)(nil)), 200, `{"data":null,"success":true}`, nil},
		"a redirect": {answers(200, httpapi.Redirect{URL: "https://x/?a=b"}), 302, ``, map[string]string{"location": "https://x/?a=b"}},
		"a list with more to come": {
			answers(200, httpapi.List[thing]{Items: items, Limit: 2, Next: "c"}), 200,
			`{"data":[{"name":""},{"name":""}],"pagination":{"limit":2,"hasNext":true,"nextCursor":"c"},"success":true}`,
			nil,
		},
		"the end of a list": {
			answers(200, httpapi.List[thing]{Items: items[:1], Limit: 2}), 200,
			`{"data":[{"name":""}],"pagination":{"limit":2,"hasNext":false,"nextCursor":null},"success":true}`,
			nil,
		},
		"an empty list is [], not null": {
			answers(200, httpapi.List[thing]{Limit: 20}), 200,
			`{"data":[],"pagination":{"limit":20,"hasNext":false,"nextCursor":null},"success":true}`,
			nil,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := call(t, test.handler, jsonRequest("{}"))
			if got.status != test.status || got.body != test.body {
				t.Errorf("got %d %s, want %d %s", got.status, got.body, test.status, test.body)
			}
			if got.header["location"] != test.header["location"] {
				t.Errorf("location = %q, want %q", got.header["location"], test.header["location"])
			}
		})
	}
	t.Run("what cannot be written as JSON is an internal error in our form", func(t *testing.T) {
		t.Parallel()
		if got := call(t, answers(200, math.NaN()), jsonRequest("{}")); got.status != 500 || got.Code != "internal" {
			t.Errorf("got %d %s, want 500 internal", got.status, got.body)
		}
	})
}

// D38: no answer said nosniff, HSTS, CSP or no-store.
func TestD38EveryAnswerCarriesTheSafeHeaders(t *testing.T) {
	t.Parallel()
	for status, handler := range map[int]httpapi.Handler{
		200: answers(200, thing{"a"}), 201: answers(201, created{thing{"a"}, "/"}), 302: answers(200, httpapi.Redirect{URL: "https://x/"}),
		401: httpapi.Authenticate(good, answers(200, thing{})), 404: fails(domain.ErrNoUser), 500: panics("x"), 503: fails(fault.New(fault.Unavailable, "x", "It is down.")),
	} {
		if got := call(t, handler, jsonRequest("{}")); got.status != status { // call compares the headers
			t.Errorf("got %d %s, want %d", got.status, got.body, status)
		}
	}
}

func TestARouteThatWantsCachingSaysSo(t *testing.T) {
	t.Parallel()
	serve := httpapi.Serve(discard, func(context.Context, *httpapi.Request) (*httpapi.Response, error) {
		return &httpapi.Response{Status: http.StatusOK, Header: map[string]string{"cache-control": "public, max-age=60"}, Body: []byte{0xff, 0x00}}, nil
	})
	res, err := serve(t.Context(), request("GET", ""))
	if err != nil || res.Headers["cache-control"] != "public, max-age=60" || res.Headers["x-content-type-options"] != "nosniff" {
		t.Errorf("got %v, %v; want its own cache-control and our other headers", res.Headers, err)
	}
	if !res.IsBase64Encoded || res.Body != "/wA=" {
		t.Errorf("got body %q, base64 %v; want /wA= in base64", res.Body, res.IsBase64Encoded)
	}
}

func ana(t testing.TB) *domain.User {
	t.Helper()
	email, err := domain.ParseEmail("ana@example.org")
	if err != nil {
		t.Fatal(err)
	}
	name, err := domain.ParseUsername("Ana")
	if err != nil {
		t.Fatal(err)
	}
	user, _, err := domain.NewUser(email, name, time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC), strings.NewReader(strings.Repeat("\x00", 20)))
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// D08: the dashboard answered the password's hash.
func TestD08NoAnswerHoldsAHash(t *testing.T) {
	t.Parallel()
	t.Run("a user as shown to themselves", func(t *testing.T) {
		t.Parallel()
		got := call(t, answers(200, httpapi.ViewSelf(ana(t))), jsonRequest("{}")).body
		want := `{"data":{"id":"019cb8b8-1e00-7000-8000-000000000000","email":"ana@example.org","emailVerified":false,"username":"Ana","role":"learner","timeZone":"UTC",` +
			`"createdAt":"2026-03-04T12:00:00.000Z","updatedAt":"2026-03-04T12:00:00.000Z"},"success":true}`
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("a user, a session or a password that is answered by mistake", func(t *testing.T) {
		t.Parallel()
		password, err := auth.ParsePassword("hunter2-hunter2")
		if err != nil {
			t.Fatal(err)
		}
		for _, out := range []any{ana(t), *ana(t), password, &password, struct{ Password auth.Password }{password}} {
			if got := call(t, answers(200, out), jsonRequest("{}")).body; strings.Contains(got, "hunter2") || strings.Contains(got, "ana@") {
				t.Errorf("%T is answered as %s", out, got)
			}
		}
	})
	for _, view := range []any{httpapi.Self{}, httpapi.LessonView{}, domain.UserState{}, auth.Tokens{}} {
		v := reflect.TypeOf(view)
		t.Run("no field of "+v.Name()+" is named like one", func(t *testing.T) {
			t.Parallel()
			for i := range v.NumField() {
				name := strings.ToLower(v.Field(i).Name + " " + v.Field(i).Tag.Get("json"))
				for _, word := range []string{"hash", "password", "credential", "secret", "salt", "phc"} {
					if strings.Contains(name, word) {
						t.Errorf("it has the field %s", v.Field(i).Name)
					}
				}
			}
		})
	}
}

func TestViewLesson(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	lesson := domain.RestoreLesson(domain.LessonState{
		ID: domain.RestoreID[domain.Lesson](lessonID), Title: "Slices", Summary: "How they grow.", Track: domain.RestoreTrack("go"), Difficulty: 2, Order: 3,
		Content: domain.Content{ContentKey: "lessons/secret-key/1", ContentType: "text/markdown"}, Published: true, CreatedAt: at, UpdatedAt: at.Add(time.Minute), Version: 4,
	})
	got, err := json.Marshal(httpapi.ViewLesson(lesson))
	want := `{"id":"` + lessonID + `","title":"Slices","summary":"How they grow.","track":"go","difficulty":2,"order":3,"published":true,` +
		`"createdAt":"2026-03-04T12:00:00.000Z","updatedAt":"2026-03-04T12:01:00.000Z"}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}
