package httpapi

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// success is the one success form.
type success struct {
	Data       any         `json:"data"`
	Pagination *Pagination `json:"pagination,omitempty"`
	Success    bool        `json:"success"`
}

// Pagination tells where a list goes on. NextCursor is given back as ?cursor=; it is null at the end.
type Pagination struct {
	Limit      int     `json:"limit"`
	HasNext    bool    `json:"hasNext"`
	NextCursor *string `json:"nextCursor"`
}

// List is an Out that answers a list with its pagination. Items is never null.
type List[T any] struct {
	Items []T
	Limit int
	Next  string // cursor of the next page, "" at the end
}

// Redirect is an Out that answers 302 to URL, or 304 to a client that has what is there: ETag is the tag of that, "" if it is not known.
type Redirect struct{ URL, ETag string }

func (d Redirect) respond(r *Request) *Response {
	if d.ETag != "" && noneMatch(r.header("if-none-match"), d.ETag) {
		return &Response{Status: http.StatusNotModified, Header: map[string]string{"etag": d.ETag, "cache-control": "private, no-cache"}}
	}
	return redirect(d.URL)
}

// NoContent is an Out that answers 204.
type NoContent struct{}

// Located is an Out that names the URL of what was created; it becomes the Location header.
type Located interface{ Location() string }

func respond(status int, out any) *Response {
	switch v := out.(type) {
	case Versioned:
		res := &Response{Status: http.StatusNotModified, Header: map[string]string{}}
		if v.View != nil {
			res = respond(status, v.View)
		}
		res.Header["etag"] = v.etag()
		return res
	case NoContent:
		return &Response{Status: http.StatusNoContent, Header: map[string]string{}}
	case interface{ envelope() success }:
		return jsonResponse(status, v.envelope())
	}
	res := jsonResponse(status, success{Data: out, Success: true})
	if l, ok := out.(Located); ok {
		res.Header["location"] = l.Location()
	}
	return res
}

func (l List[T]) envelope() success {
	items := l.Items
	if items == nil {
		items = []T{}
	}
	p := &Pagination{Limit: l.Limit, HasNext: l.Next != ""}
	if l.Next != "" {
		p.NextCursor = &l.Next
	}
	return success{Data: items, Pagination: p, Success: true}
}

func jsonResponse(status int, body any) *Response {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		panic(err) // our own mistake in a view: withRecover answers and withErrors logs it
	}
	return &Response{Status: status, Header: map[string]string{"content-type": "application/json; charset=utf-8"}, Body: bytes.TrimRight(b.Bytes(), "\n")}
}
