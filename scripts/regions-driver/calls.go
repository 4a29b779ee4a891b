package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// answer is what a call brought; status 0 means that nobody knows what became of it.
type answer struct {
	status int
	header http.Header
	body   []byte
	data   json.RawMessage // of the envelope, or the body
}

// unknown tells that the call may have had its effect, or have it later.
func (a answer) unknown() bool { return a.status == 0 || a.status >= http.StatusInternalServerError }

// ok tells that it was done.
func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// request is a call that has not been sent.
type request struct {
	method, url, token, media string
	body                      []byte
	within                    time.Duration // 0: callLimit
}

// callLimit is how long clients wait for an answer.
const callLimit = 15 * time.Second

// call sends JSON to a region, nothing if body is nil.
func (c *cloud) call(region int, method, path, token string, body any) answer {
	return c.callWithin(callLimit, region, method, path, token, body)
}

func (c *cloud) callWithin(limit time.Duration, region int, method, path, token string, body any) answer {
	r := request{method: method, url: c.apis[region] + path, token: token, media: "application/json", within: limit}
	if body != nil {
		var err error
		if r.body, err = json.Marshal(body); err != nil {
			panic(err)
		}
	}
	return c.send(r)
}

// ask is call for questions that are not about limits: it waits as long as a refusal says, and asks again.
func (c *cloud) ask(region int, method, path, token string, body any) answer {
	for {
		a := c.call(region, method, path, token, body)
		seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
		if a.status != http.StatusTooManyRequests || err != nil || seconds > 60 {
			return a
		}
		time.Sleep(time.Duration(seconds) * time.Second)
	}
}

func (c *cloud) send(r request) answer {
	req, err := http.NewRequest(r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		panic(err)
	}
	if r.media != "" {
		req.Header.Set("Content-Type", r.media)
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	client := *c.client
	if r.within > 0 {
		client.Timeout = r.within
	}
	res, err := client.Do(req)
	if err != nil {
		return answer{}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}
	}
	var out struct{ Data json.RawMessage }
	if json.Unmarshal(text, &out) != nil || out.Data == nil {
		out.Data = text
	}
	return answer{res.StatusCode, res.Header, text, out.Data}
}
