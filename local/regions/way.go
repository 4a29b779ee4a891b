package regions

import (
	"context"
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"
)

var errLost = errors.New("the other region does not answer")

// patience is how long a call waits on a cut link; the caller's own timeouts are shorter.
const patience = 30 * time.Second

// travel takes the time of the way from one region to another. On a cut link nothing comes through until the caller gives up; a stopped
// region refuses at once.
func (w *World) travel(ctx context.Context, from, to string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, way, _ := w.state(from, to)
	select {
	case <-ctx.Done():
		return errLost
	case <-time.After(way):
	}
	if reachable, _, _ := w.state(from, to); reachable {
		return nil
	}
	if !w.stopped(to) {
		<-ctx.Done()
	}
	return errLost
}

func (w *World) stopped(region string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.places[region].stopped
}

// Up waits until a region is not stopped.
func (w *World) Up(ctx context.Context, region string) error {
	for {
		w.mu.Lock()
		stopped, changed := w.places[region].stopped, w.changed
		w.mu.Unlock()
		if !stopped {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// Way serves in one region what another one serves at url, over the link between them. An answer on its way back can be lost too. It
// leaves the host's name as the caller wrote it: signatures include it.
func (w *World) Way(from, to string, target *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
			r.Out.Host = r.In.Host
		},
		Transport: &journey{w, from, to, http.DefaultTransport.(*http.Transport).Clone()},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) {
			panic(http.ErrAbortHandler) // breaks the connection: that is all that a caller sees of a lost call
		},
	}
}

type journey struct {
	world    *World
	from, to string
	next     http.RoundTripper
}

func (j *journey) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := j.world.travel(r.Context(), j.from, j.to); err != nil {
		return nil, err
	}
	res, err := j.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := j.world.travel(r.Context(), j.to, j.from); err != nil {
		res.Body.Close()
		return nil, err
	}
	return res, nil
}
