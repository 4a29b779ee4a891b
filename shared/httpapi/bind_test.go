package httpapi_test

import (
	"context"
	"maps"
	"strconv"
	"testing"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// asked is an In with a field of each kind, and its own Out.
type asked struct {
	Lesson  domain.LessonID  `path:"id" json:"lesson"`
	Track   string           `query:"track" json:"track"`
	Limit   *int             `query:"limit" json:"limit"`
	Order   int              `query:"order" json:"order"`
	Author  domain.UserID    `query:"author" json:"author"`
	Request *httpapi.Request `json:"-"`
}

var echoAsked = httpapi.Query(func(_ context.Context, in asked) (asked, error) {
	if in.Request == nil || in.Request.RequestContext.RequestID != requestID {
		panic("the request is not there")
	}
	return in, nil
})

func ask(t *testing.T, id string, query map[string]string) answer {
	t.Helper()
	e := request("GET", "")
	e.PathParameters, e.QueryStringParameters = map[string]string{"id": id}, query
	return call(t, echoAsked, e)
}

func TestBinding(t *testing.T) {
	t.Parallel()
	t.Run("path and query reach the use case, and what was not given stays empty", func(t *testing.T) {
		t.Parallel()
		got := ask(t, lessonID, map[string]string{"track": "go & co", "limit": "0", "order": "-7", "author": lessonID}).body
		if want := `{"data":{"lesson":"` + lessonID + `","track":"go & co","limit":0,"order":-7,"author":"` + lessonID + `"},"success":true}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		got = ask(t, lessonID, nil).body
		if want := `{"data":{"lesson":"` + lessonID + `","track":"","limit":null,"order":0,"author":""},"success":true}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("a parameter that the route does not know is refused by name", func(t *testing.T) {
		t.Parallel()
		got := ask(t, lessonID, map[string]string{"track": "go", "page": "2", "pageSize": "5", "Track": "no"})
		if got.status != 400 || got.Code != "request.invalid" || got.fields() != "Track page pageSize" || got.Details[0].Code != "query.unknown" {
			t.Errorf("got %d %s", got.status, got.body)
		}
	})
	t.Run("a compressed body is refused with the reason", func(t *testing.T) {
		t.Parallel()
		e := jsonRequest(`{}`)
		e.Headers["content-encoding"] = "gzip"
		if got := call(t, echoExam, e); got.status != 415 || got.Code != "request.encoded" {
			t.Errorf("got %d %s", got.status, got.body)
		}
	})
	t.Run("what is no whole number is told by name, all at once", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{"", "x", "1.5", "1e2", " 1", "0x10", "99999999999999999999", "1,2", "１", "NaN"} {
			got := ask(t, lessonID, map[string]string{"limit": text, "order": text})
			if got.status != 400 || got.Code != "request.invalid" || got.fields() != "limit order" || got.Details[0].Message != "must be a whole number" {
				t.Errorf("limit and order %q: %d %s, want 400 with both", text, got.status, got.body)
			}
		}
		if got := ask(t, lessonID, map[string]string{"author": "me"}); got.status != 400 || got.fields() != "author" {
			t.Errorf("an author that is no id: %d %s, want 400 for author", got.status, got.body)
		}
	})
	t.Run("one use of a handler leaves nothing for the next", func(t *testing.T) {
		t.Parallel()
		ask(t, lessonID, map[string]string{"track": "go", "limit": "5"})
		if got, want := ask(t, lessonID, nil).body, `{"data":{"lesson":"`+lessonID+`","track":"","limit":null,"order":0,"author":""},"success":true}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// D62, at the border: any text was an id.
func TestD62APathThatIsNoIDIsNotFound(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		"", "1", "me", "undefined", "null", "../" + lessonID, lessonID + "/", lessonID[:35], "0195F0C1-9F00-7ABC-8DEF-0123456789AB", "%00", "' OR 1=1",
	} {
		if got := ask(t, id, nil); got.status != 404 || got.Code != "not_found" {
			t.Errorf("id %q: %d %s, want 404", id, got.status, got.body)
		}
	}
	if got := call(t, echoAsked, request("GET", "")); got.status != 404 {
		t.Errorf("no path parameters at all: %d %s, want 404", got.status, got.body)
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	base := httpapi.Query(func(_ context.Context, in struct{ Request *httpapi.Request }) (string, error) {
		return in.Request.BaseURL(), nil
	})
	for want, headers := range map[string]map[string]string{
		"https://api.lyceum.example": {},
		"https://learn.example":      {"host": "learn.example", "x-forwarded-proto": "https"},
		"http://localhost:3000":      {"host": "localhost:3000", "x-forwarded-proto": "http"},
		"https://odd.example":        {"host": "odd.example", "x-forwarded-proto": "javascript"},
	} {
		e := request("GET", "")
		maps.Copy(e.Headers, headers)
		if got := call(t, base, e).body; got != `{"data":`+strconv.Quote(want)+`,"success":true}` {
			t.Errorf("%v: %s, want %s", headers, got, want)
		}
	}
}
