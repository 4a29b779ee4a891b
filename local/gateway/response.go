package gateway

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"golang.org/x/net/http/httpguts"
)

// response is an answer to a client.
type response struct {
	status int
	header http.Header
	body   []byte
}

// refusal is an answer of API Gateway's own: {"message":"Not Found"} and the like.
func refusal(status int) *response {
	return &response{
		status: status,
		header: http.Header{"Content-Type": {"application/json"}},
		body:   fmt.Appendf(nil, `{"message":%q}`, http.StatusText(status)),
	}
}

// parseResponse reads what a function returned.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
// Without a statusCode the whole of it is the body of a 200; the snapshots show that this holds for text that is no JSON as well.
// With one, a field of another type than documented is an error, which becomes a 500: a fraction as status (snapshot
// StatusCodeAsFloat), a list as header (github.com/CodeGenieApp/serverless-express/issues/355). multiValueHeaders does not exist.
func parseResponse(result []byte) (*response, error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(result, &fields) != nil || fields["statusCode"] == nil {
		return inferred(result), nil
	}
	var f struct {
		status  int
		headers map[string]string
		cookies []string
		body    string
		encoded bool
	}
	for name, target := range map[string]any{
		"statusCode": &f.status, "headers": &f.headers, "cookies": &f.cookies, "body": &f.body, "isBase64Encoded": &f.encoded,
	} {
		if raw, present := fields[name]; present {
			if err := json.Unmarshal(raw, target); err != nil {
				return nil, fmt.Errorf("the function's response has a wrong %s: %w", name, err)
			}
		}
	}
	if f.status < 200 || f.status > 599 {
		return nil, fmt.Errorf("the function's response has statusCode %d", f.status)
	}
	r := &response{status: f.status, header: http.Header{}, body: []byte(f.body)}
	if f.encoded {
		var err error
		if r.body, err = base64.StdEncoding.DecodeString(f.body); err != nil {
			return nil, fmt.Errorf("the function's response has isBase64Encoded, but its body is not: %w", err)
		}
	}
	for name, value := range f.headers {
		if err := r.add(name, value); err != nil {
			return nil, err
		}
	}
	for _, cookie := range f.cookies {
		if err := r.add("Set-Cookie", cookie); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Concat(hopByHop, []string{"Content-Length"}) {
		r.header.Del(name)
	}
	if r.header.Get("Content-Type") == "" && r.hasBody() {
		r.header.Set("Content-Type", "text/plain; charset=utf-8") // snapshot V2_DefaultsToTextPlainContentType
	}
	return r, nil
}

func inferred(result []byte) *response {
	var text string
	if json.Unmarshal(result, &text) == nil && result[0] == '"' {
		result = []byte(text)
	}
	return &response{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}, body: result}
}

func (r *response) add(name, value string) error {
	if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
		return fmt.Errorf("the function's response has the header %q, which HTTP does not allow", name)
	}
	r.header.Add(name, value)
	return nil
}

// hasBody reports whether HTTP allows a body beside the status.
func (r *response) hasBody() bool {
	return r.status != http.StatusNoContent && r.status != http.StatusNotModified
}

// write sends r. Header names take HTTP/1.1's usual case, as in the snapshots. The length is that of the body, whatever the function said.
func (r *response) write(w http.ResponseWriter, method string) {
	header := w.Header()
	for name, values := range r.header {
		header[name] = values
	}
	if !r.hasBody() {
		w.WriteHeader(r.status)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(r.body)))
	w.WriteHeader(r.status)
	if method != http.MethodHead {
		w.Write(r.body) // a client that is gone needs no answer
	}
}
