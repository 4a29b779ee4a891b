package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Document is an Out that is answered as it stands, outside of the success form, for clients that expect a format of their own. It is
// public: every cache may keep it for MaxAge, and then ask by If-None-Match whether it has changed.
type Document struct {
	MediaType string
	Body      []byte
	MaxAge    time.Duration
}

// respond answers 304 to a client that has this body (RFC 9110 section 15.4.5), and 200 to others.
func (d Document) respond(r *Request) *Response {
	sum := sha256.Sum256(d.Body)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	header := map[string]string{"etag": tag, "cache-control": fmt.Sprintf("public, max-age=%d", int(d.MaxAge.Seconds()))}
	if noneMatch(r.header("if-none-match"), tag) {
		return &Response{Status: http.StatusNotModified, Header: header}
	}
	header["content-type"] = d.MediaType
	return &Response{Status: http.StatusOK, Header: header, Body: d.Body}
}

// noneMatch tells whether an If-None-Match header names this tag; weak tags count (RFC 9110 section 13.1.2).
func noneMatch(tags, tag string) bool {
	for t := range strings.SplitSeq(tags, ",") {
		if t = strings.TrimSpace(t); t == "*" || strings.TrimPrefix(t, "W/") == tag {
			return true
		}
	}
	return false
}
