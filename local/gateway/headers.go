package gateway

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// hopByHop are the headers that concern one connection only.
// https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
var hopByHop = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

// eventHeaders returns the headers as events show them: names in lower case, values of one name joined by commas, cookies left out
// (they stand in a field of their own: snapshot V2_SimpleGetRequest), content-length always there, and those that API Gateway adds.
// A client's x-forwarded-for stays, with the client's address behind it; a trace id that it sends is kept.
func eventHeaders(r *http.Request, source string, bodyLength int, trace string) map[string]string {
	headers := map[string]string{"x-amzn-trace-id": trace}
	for name, values := range r.Header {
		if name != "Cookie" && !slices.Contains(hopByHop, name) {
			headers[strings.ToLower(name)] = validText(strings.Join(values, ","))
		}
	}
	if before := headers["x-forwarded-for"]; before != "" {
		source = before + ", " + source
	}
	headers["x-forwarded-for"] = source
	headers["x-forwarded-port"] = port(r)
	headers["x-forwarded-proto"] = scheme(r)
	headers["content-length"] = strconv.Itoa(bodyLength)
	if r.Host != "" {
		headers["host"] = validText(r.Host)
	}
	return headers
}

// cookies splits Cookie headers into name=value pairs.
func cookies(headers []string) (pairs []string) {
	for _, header := range headers {
		for pair := range strings.SplitSeq(header, ";") {
			if pair = strings.TrimSpace(pair); pair != "" {
				pairs = append(pairs, validText(pair))
			}
		}
	}
	return pairs
}
