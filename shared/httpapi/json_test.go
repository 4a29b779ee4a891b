package httpapi_test

import (
	"context"
	"strings"
	"testing"

	"lyceum/shared/httpapi"
)

// exam is a body with a member of each kind.
type exam struct {
	Score *int   `json:"score"`
	Name  string `json:"name"`
	Done  bool   `json:"done"`
	Inner struct {
		Depth int `json:"depth"`
	} `json:"inner"`
	Tags []string `json:"tags"`
}

// echoExam answers the body it was given.
var echoExam = httpapi.Command(200, func(_ context.Context, in struct{ Body exam }) (exam, error) { return in.Body, nil })

// D37: a broken body was a 500, the type was not looked at, and unknown and repeated names were taken.
func TestD37JSONBodiesAreReadStrictly(t *testing.T) {
	t.Parallel()
	const whole = `{"score":7,"name":"é","done":true,"inner":{"depth":1},"tags":["a"]}`
	nested := func(n int) string { return `{"name":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}` }
	padded := func(n int) string { return `{"name":"` + strings.Repeat("a", n-11) + `"}` }
	tests := map[string]struct {
		body        string
		contentType string // application/json when not said
		status      int
		code        string // "" = 200
		field       string // in details
	}{
		"a whole body":                         {whole, "", 200, "", ""},
		"an empty object":                      {`{}`, "", 200, "", ""},
		"blanks around":                        {" \r\n\t{ } \n", "", 200, "", ""},
		"escapes":                              {`{"na\u006de":"\ud83d\ude00\"\\\/"}`, "", 200, "", ""},
		"a charset":                            {whole, "application/json; charset=utf-8", 200, "", ""},
		"capitals in the content type":         {whole, "Application/JSON;charset=UTF-8", 200, "", ""},
		"a type that is JSON underneath":       {whole, "application/vnd.lyceum+json", 200, "", ""},
		"null where a pointer can say so":      {`{"score":null}`, "", 200, "", ""},
		"16 levels, of another type":           {`{"tags":` + strings.Repeat("[", 15) + strings.Repeat("]", 15) + `}`, "", 400, "request.invalid", "tags.0"},
		"exactly 64 KiB":                       {padded(64 << 10), "", 200, "", ""},
		"brackets and quotes in text":          {`{"name":"` + strings.Repeat(`[{\"`, 100) + `"}`, "", 200, "", ""},
		"no content type":                      {whole, "-", 415, "request.not_json", ""},
		"an empty content type":                {whole, " ", 415, "request.not_json", ""},
		"text/plain, which needs no preflight": {whole, "text/plain", 415, "request.not_json", ""},
		"text/json":                            {whole, "text/json", 415, "request.not_json", ""},
		"a form":                               {`a=b`, "application/x-www-form-urlencoded", 415, "request.not_json", ""},
		"a type that only begins as JSON":      {whole, "application/jsonx", 415, "request.not_json", ""},
		"a type in another's parameter":        {whole, "text/plain; application/json", 415, "request.not_json", ""},
		"no body":                              {``, "", 400, "request.body_missing", ""},
		"a blank body":                         {" \r\n\t", "", 400, "request.body_missing", ""},
		"64 KiB and one":                       {padded(64<<10 + 1), "", 413, "request.too_large", ""},
		"4 MiB":                                {padded(4 << 20), "", 413, "request.too_large", ""},
		"null":                                 {`null`, "", 400, "request.malformed", "body"},
		"a list":                               {`[]`, "", 400, "request.malformed", "body"},
		"a number":                             {`1`, "", 400, "request.malformed", "body"},
		"a text":                               {`"score"`, "", 400, "request.malformed", "body"},
		"true":                                 {`true`, "", 400, "request.malformed", "body"},
		"UTF-16":                               {"{\x00}\x00", "", 400, "request.malformed", ""},
		"a half":                               {`{"score":7`, "", 400, "request.malformed", ""},
		"a comma too many":                     {`{"score":7,}`, "", 400, "request.malformed", ""},
		"a missing comma":                      {`{"score":7 "name":"a"}`, "", 400, "request.malformed", ""},
		"single quotes":                        {`{'score':7}`, "", 400, "request.malformed", ""},
		"a name without quotes":                {`{score:7}`, "", 400, "request.malformed", ""},
		"a comment":                            {`{"score":7/* */}`, "", 400, "request.malformed", ""},
		"a second object":                      {`{}{}`, "", 400, "request.malformed", ""},
		"a brace too many":                     {`{}}`, "", 400, "request.malformed", ""},
		"NUL behind":                           {"{}\x00", "", 400, "request.malformed", ""},
		"a line break in text":                 {"{\"name\":\"a\nb\"}", "", 400, "request.malformed", ""},
		"an escape nobody knows":               {`{"name":"\x41"}`, "", 400, "request.malformed", ""},
		"NaN":                                  {`{"score":NaN}`, "", 400, "request.malformed", ""},
		"Infinity":                             {`{"score":Infinity}`, "", 400, "request.malformed", ""},
		"a leading zero":                       {`{"score":07}`, "", 400, "request.malformed", ""},
		"a plus sign":                          {`{"score":+7}`, "", 400, "request.malformed", ""},
		"a number in hexadecimal":              {`{"score":0x7}`, "", 400, "request.malformed", ""},
		"invalid UTF-8 in text":                {"{\"name\":\"a\xff\"}", "", 400, "request.malformed", "body"},
		"invalid UTF-8 in a name":              {"{\"na\xc3\":1}", "", 400, "request.malformed", "body"},
		"a surrogate in UTF-8":                 {"{\"name\":\"\xed\xa0\x80\"}", "", 400, "request.malformed", "body"},
		"an overlong quote":                    {"{\"name\":\"\xc0\xa2\"}", "", 400, "request.malformed", "body"},
		"a lone high surrogate":                {`{"name":"\ud83d"}`, "", 400, "request.malformed", ""},
		"a lone low surrogate":                 {`{"name":"\ude00a"}`, "", 400, "request.malformed", ""},
		"surrogates in the wrong order":        {`{"name":"\ude00\ud83d"}`, "", 400, "request.malformed", ""},
		"17 levels":                            {nested(16), "", 400, "request.malformed", "body"},
		"10,000 levels":                        {nested(10_000), "", 400, "request.malformed", "body"},
		"10,000 levels that never close":       {strings.Repeat(`{"a":`, 10_000), "", 400, "request.malformed", "body"},
		"10,000 levels behind an early end":    {"{}" + strings.Repeat("[", 10_000), "", 400, "request.malformed", "body"},
		"an unknown name":                      {`{"role":"admin"}`, "", 400, "request.invalid", "role"},
		"an unknown name inside":               {`{"inner":{"role":1}}`, "", 400, "request.invalid", "inner.role"},
		"an empty name":                        {`{"":1}`, "", 400, "request.invalid", "body"},
		"a name in capitals":                   {`{"SCORE":7}`, "", 400, "request.invalid", "SCORE"},
		"a name as Go writes it":               {`{"Score":7}`, "", 400, "request.invalid", "Score"},
		"a name with the long s":               {`{"ſcore":7}`, "", 400, "request.invalid", "ſcore"},
		"the prototype of JavaScript":          {`{"__proto__":{"role":"admin"}}`, "", 400, "request.invalid", "__proto__"},
		"a name twice":                         {`{"score":1,"score":2}`, "", 400, "request.invalid", "score"},
		"a name twice with one value":          {`{"score":1,"score":1}`, "", 400, "request.invalid", "score"},
		"a name twice, once escaped":           {`{"score":1,"sc\u006fre":2}`, "", 400, "request.invalid", "score"},
		"a name twice inside":                  {`{"inner":{"depth":1,"depth":2}}`, "", 400, "request.invalid", "inner.depth"},
		"text for a number":                    {`{"score":"5"}`, "", 400, "request.invalid", "score"},
		"1.5 for a whole number":               {`{"score":1.5}`, "", 400, "request.invalid", "score"},
		"a number of 30 digits":                {`{"score":999999999999999999999999999999}`, "", 400, "request.invalid", "score"},
		"2^63":                                 {`{"score":9223372036854775808}`, "", 400, "request.invalid", "score"},
		"1e999":                                {`{"score":1e999}`, "", 400, "request.invalid", "score"},
		"true for a number":                    {`{"score":true}`, "", 400, "request.invalid", "score"},
		"a list for a number":                  {`{"score":[7]}`, "", 400, "request.invalid", "score"},
		"a number for text":                    {`{"name":12345}`, "", 400, "request.invalid", "name"},
		"an object for text":                   {`{"name":{"$ne":""}}`, "", 400, "request.invalid", "name"},
		"a number for a truth":                 {`{"done":1}`, "", 400, "request.invalid", "done"},
		"a text for an object":                 {`{"inner":"x"}`, "", 400, "request.invalid", "inner"},
		"a number in a list of texts":          {`{"tags":["a",1]}`, "", 400, "request.invalid", "tags.1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := jsonRequest(test.body)
			switch test.contentType {
			case "":
			case "-":
				delete(e.Headers, "content-type")
			default:
				e.Headers["content-type"] = test.contentType
			}
			got := call(t, echoExam, e)
			if got.status != test.status || got.Code != test.code || got.fields() != test.field {
				t.Errorf("got %d %s, fields %q; want %d %s, %q (%.200s)", got.status, got.Code, got.fields(), test.status, test.code, test.field, got.body)
			}
			if base64 := call(t, echoExam, binary(e)); base64.body != got.body {
				t.Errorf("the same in base64: %.200s, want %.200s", base64.body, got.body)
			}
		})
	}
	t.Run("what was sent is what the use case gets", func(t *testing.T) {
		t.Parallel()
		if got, want := call(t, echoExam, jsonRequest(whole)).body, `{"data":`+whole+`,"success":true}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("the reason is told", func(t *testing.T) {
		t.Parallel()
		for body, want := range map[string]string{
			`{"score":1.5}`: "must be a whole number", `{"name":1}`: "must be a string", `{"done":1}`: "must be true or false",
			`{"tags":1}`: "has a wrong type",
			`{"x":1}`:    "is not known here", `{"name":"","name":""}`: "stands twice",
			`[]`: "must be a JSON object", "{\"name\":\"\xff\"}": "is not valid UTF-8", nested(16): "is nested too deeply",
		} {
			if got := call(t, echoExam, jsonRequest(body)); len(got.Details) != 1 || got.Details[0].Message != want {
				t.Errorf("%s: %v, want %q", body, got.Details, want)
			}
		}
	})
	t.Run("a body that should be in base64 and is not is no body", func(t *testing.T) {
		t.Parallel()
		e := jsonRequest("e30=!")
		e.IsBase64Encoded = true
		if got := call(t, echoExam, e); got.Code != "request.body_missing" {
			t.Errorf("got %d %s, want request.body_missing", got.status, got.body)
		}
	})
	t.Run("a rejected value is never repeated, and a name at most in 64 bytes", func(t *testing.T) {
		t.Parallel()
		for _, body := range []string{
			`{"score":"hunter2"}`, `{"name":["hunter2"]}`, `{"name":"hunter2","name":"hunter2"}`, `{"name":hunter2}`, `{"done":"hunter2"}`, `{"tags":{"a":"hunter2"}}`,
		} {
			if got := call(t, echoExam, jsonRequest(body)); got.status != 400 || strings.Contains(got.body, "hunter2") {
				t.Errorf("%s: %d %s", body, got.status, got.body)
			}
		}
		for _, name := range []string{strings.Repeat("a", 60_000), strings.Repeat("報", 20_000), "a" + strings.Repeat("報", 20_000)} {
			got := call(t, echoExam, jsonRequest(`{"`+name+`":1}`))
			if field := got.fields(); got.status != 400 || len(field) > 64 || len(field) < 60 || !strings.HasPrefix(name, field) {
				t.Errorf("got %d with the field %q", got.status, field)
			}
		}
	})
}

// A number is the same however a language writes it, and some programs begin a file with a
// byte-order mark.
func TestOtherSpellingsOfTheSameBodyAreRead(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"score":80.0}`: `"score":80,`, `{"score":8e1}`: `"score":80,`, `{"score":-0.0}`: `"score":0,`, "\ufeff" + `{"score":7}`: `"score":7,`, `{"score":null}`: `"score":null,`,
	} {
		if got := call(t, echoExam, jsonRequest(body)); got.status != 200 || !strings.Contains(got.body, want) {
			t.Errorf("%q: %d %s, want %s", body, got.status, got.body, want)
		}
	}
}

// D43, at the border: a score that is no whole number does not reach the domain.
func TestD43AFractionIsNoScore(t *testing.T) {
	t.Parallel()
	for _, score := range []string{"1.5", "-0.5", "1e-1", "1e17", `"7"`, "NaN", "1e309"} {
		if got := call(t, echoExam, jsonRequest(`{"score":`+score+`}`)); got.status != 400 {
			t.Errorf("a score of %s: %d %s, want 400", score, got.status, got.body)
		}
	}
}

func FuzzJSONBody(f *testing.F) {
	for _, body := range []string{
		`{"score":7,"name":"é","inner":{"depth":1},"tags":["a"]}`, `{"score":1,"score":2}`, `[[[`, `{"name":"\ud83d"}`,
		"\ufeff{}", `{"a/b~":1}`, "{\"\xff\":1}", `{"":1}`, "\u0085{}", `{"tags":[{}]}`,
	} {
		f.Add(body, false)
		f.Add(body, true)
	}
	f.Fuzz(func(t *testing.T, body string, inBase64 bool) {
		e := jsonRequest(body)
		e.IsBase64Encoded = inBase64
		if got := call(t, echoExam, e); got.status != 200 && got.status != 400 && got.status != 413 {
			t.Errorf("%q: %d %s", body, got.status, got.body)
		}
	})
}
