package regions_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lyceum/local/dynamodb"
	"lyceum/local/regions"
)

func send(t *testing.T, method, url, contentType, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	check(t, err)
	if req.Header.Set("Content-Type", contentType); contentType == "text/html" {
		req.Header.Set("Accept", "text/html")
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	check(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	check(t, err)
	return res.StatusCode, string(text)
}

func TestTheWorldIsShownAndChangedOverHTTP(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{})
	web := httptest.NewServer(w.Control())
	t.Cleanup(web.Close)
	at := web.URL + "/_local/regions"
	change := func(body string) regions.State {
		t.Helper()
		status, answer := send(t, "POST", at, "application/json", body)
		var state regions.State
		if status != 200 || json.Unmarshal([]byte(answer), &state) != nil {
			t.Fatalf("%s: got %d %s", body, status, answer)
		}
		return state
	}
	change(`{"do":"link","a":"` + b + `","b":"` + a + `","lag":"20ms","jitter":"5ms"}`)
	state := change(`{"do":"link","a":"` + a + `","b":"` + b + `","cut":true}`)
	if got, want := state.Links[0], (regions.LinkState{A: a, B: b, Lag: "20ms", Jitter: "5ms", Cut: true}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	change(`{"do":"isolate","region":"` + c + `"}`)
	change(`{"do":"skew","region":"` + c + `","by":"-3s"}`)
	state = change(`{"do":"stop","region":"` + b + `"}`)
	if got := state.Regions; !got[1].Stopped || !got[2].Isolated || got[2].Skew != "-3s" {
		t.Errorf("got %+v", got)
	}
	if check(t, w.Stop(a, true)); w.Stop(c, true) == nil {
		t.Error("the last region was stopped")
	}
	check(t, w.Stop(a, false))
	w.mustPut(t, a, "x", "1")
	if status, _ := send(t, "GET", at+"/quiet?wait=200ms", "", ""); status != 503 {
		t.Errorf("quiet answers %d while something waits", status)
	}
	if status, text := send(t, "GET", at, "text/html", ""); status != 200 || !strings.Contains(text, ">stopped<") || !strings.Contains(text, "<td>"+table+"<td>"+a+"<td>"+b+"<td>1<td>") {
		t.Errorf("got %d %s", status, text)
	}
	if status, _ := send(t, "POST", at, "application/x-www-form-urlencoded", url.Values{"Do": {"heal"}}.Encode()); status != 303 {
		t.Errorf("the page's form answers %d", status)
	}
	if status, text := send(t, "GET", at+"/quiet", "", ""); status != 204 {
		t.Errorf("quiet answers %d %s", status, text)
	}
	for _, bad := range []string{`{}`, `{"do":"fly"}`, `{"do":"stop","region":"moon-1"}`, `{"do":"link","a":"x","b":"y"}`, `{"do":"link","a":"` + a + `","b":"` + b + `","lag":"-1s"}`,
		`{"do":"skew","region":"` + a + `","by":"25h"}`, `{"speed":1}`, `nothing`} {
		if status, text := send(t, "POST", at, "application/json", bad); status != 400 || text == "" {
			t.Errorf("%s: got %d %q", bad, status, text)
		}
	}
}

func TestACallToAnotherRegionFeelsTheLink(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{Lag: 50 * time.Millisecond})
	there := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(rw, "host "+r.Host) }))
	t.Cleanup(there.Close)
	target, err := url.Parse(there.URL)
	check(t, err)
	way := httptest.NewServer(w.Way(a, b, target))
	t.Cleanup(way.Close)
	client := http.Client{Timeout: 400 * time.Millisecond}
	call := func() (string, time.Duration, error) {
		begin := time.Now()
		res, err := client.Get(way.URL)
		if err != nil {
			return "", time.Since(begin), err
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		return string(text), time.Since(begin), err
	}
	if got, took, err := call(); err != nil || got != "host "+strings.TrimPrefix(way.URL, "http://") || took < 100*time.Millisecond {
		t.Errorf("got %q after %v (%v), want the host as it was called, after twice the lag", got, took, err)
	}
	check(t, w.Isolate(a, true))
	if _, took, err := call(); err == nil || took < 350*time.Millisecond {
		t.Errorf("over a cut link: got %v after %v, want no answer", err, took)
	}
	check(t, w.Isolate(a, false))
	check(t, w.Stop(b, true))
	if _, took, err := call(); err == nil || took > 350*time.Millisecond {
		t.Errorf("of a stopped region: got %v after %v, want a refusal at once", err, took)
	}
}

func TestAStoppedRegionRefusesConnectionsUntilItStarts(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Eventual, regions.Options{})
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	gate := w.Gate(a, inner)
	slow := make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-slow
		}
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(gate) }()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	get := func(path string) error {
		res, err := client.Get("http://" + gate.Addr().String() + path)
		if err == nil {
			res.Body.Close()
		}
		return err
	}
	check(t, get("/"))
	broken := make(chan error, 1)
	go func() { broken <- get("/slow") }()
	time.Sleep(50 * time.Millisecond)
	check(t, w.Stop(a, true))
	if <-broken == nil {
		t.Error("a running call was answered by a region that was stopped")
	}
	close(slow)
	if get("/") == nil {
		t.Error("a stopped region answered")
	}
	for range 3 { // stopping and starting can be repeated
		check(t, w.Stop(a, false))
		check(t, get("/"))
		check(t, w.Stop(a, true))
	}
	check(t, gate.Close())
	if err := <-served; err == nil || get("/") == nil {
		t.Errorf("got %v after the end", err)
	}
}
