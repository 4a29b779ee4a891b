package httpapi_test

import (
	"context"
	"testing"

	"lyceum/shared/httpapi"
)

// versioned is a thing at version 12.
var versioned = httpapi.Command(200, func(_ context.Context, in struct {
	IfMatch httpapi.IfMatch
	Body    struct{}
}) (httpapi.Versioned, error) {
	return httpapi.Versioned{View: thing{"a"}, Version: 12}, in.IfMatch.Check(12)
})

func TestAVersionedThingHasAnETag(t *testing.T) {
	t.Parallel()
	got := call(t, versioned, jsonRequest("{}"))
	if got.status != 200 || got.body != `{"data":{"name":"a"},"success":true}` || got.header["etag"] != `"12"` {
		t.Errorf("got %d %s with ETag %s", got.status, got.body, got.header["etag"])
	}
	if _, ok := call(t, answers(200, thing{"a"}), jsonRequest("{}")).header["etag"]; ok {
		t.Error("a thing without versions has an ETag")
	}
}

// RFC 9110 section 13.1.1.
func TestIfMatch(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]int{
		"": 200, `"12"`: 200, "*": 200, ` "12" `: 200, `"1", "12"`: 200, `"1","12"`: 200, `"1", *`: 200,
		`"12.3"`: 200, `"12.3+"`: 200, `"1.3", "12.4"`: 200,
		`"1"`: 412, `"13"`: 412, `W/"12"`: 412, "12": 412, `"012"`: 412, `"1", "2"`: 412, `""`: 412, ",": 412, `"12`: 412, `'12'`: 412, "\x00": 412,
		`"1.12"`: 412, `"1.12", "13.12"`: 412, `W/"12.3"`: 412, `"12.3`: 412, `12.3"`: 412, `"12".3`: 412, `."12"`: 412, ".": 412, `*."`: 412, `"."`: 412,
	} {
		e := jsonRequest("{}")
		e.Headers["If-Match"] = header
		got := call(t, versioned, e)
		if got.status != want || (want == 412) != (got.Code == "request.stale") {
			t.Errorf("If-Match: %q is answered %d %s, want %d", header, got.status, got.body, want)
		}
	}
	if got := call(t, versioned, jsonRequest("{}")); got.status != 200 {
		t.Errorf("without If-Match: %d, want 200", got.status)
	}
}
