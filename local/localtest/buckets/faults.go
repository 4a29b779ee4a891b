package buckets

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

// Faults stand between the functions and S3, and with Die between them and DynamoDB too.
type Faults struct {
	stand *localtest.Stand
	next  http.Handler
	set   atomic.Pointer[func(w http.ResponseWriter, r *http.Request, next http.Handler)]
}

// Between puts faults before S3. Call it after Open and before Serve.
func Between(t testing.TB, stand *localtest.Stand) *Faults {
	t.Helper()
	target, err := url.Parse(stand.S3)
	must(t, err)
	f := &Faults{stand: stand, next: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
		r.Out.Host = r.In.Host // it is signed
	}}}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if intercept := f.set.Load(); intercept != nil {
			(*intercept)(w, r, f.next)
			return
		}
		f.next.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	stand.S3 = front.URL
	return f
}

// Intercept answers S3's requests from now on; nil takes it away.
func (f *Faults) Intercept(intercept func(w http.ResponseWriter, r *http.Request, next http.Handler)) {
	if intercept == nil {
		f.set.Store(nil)
		return
	}
	f.set.Store(&intercept)
}

// DeleteAtCopy lets the owner delete an upload at the moment when a confirmation has judged its bytes and copies them.
func (f *Faults) DeleteAtCopy(t testing.TB, owner localtest.User, upload *domain.Upload) {
	t.Helper()
	env := f.stand.Env(t, "uploads/delete-upload")
	f.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get("X-Amz-Copy-Source") != "" {
			if _, err := env.Uploads().Change(t.Context(), owner.ID, upload.State().ID, func(u *domain.Upload) (*domain.Event, error) {
				return u.Delete(time.Now(), env.Random)
			}); err != nil {
				t.Error(err)
			}
		}
		next.ServeHTTP(w, r)
	})
}

// ReplaceAtCopy puts other bytes of the same size in the place of those that were judged, once,
// just before they are copied.
func (f *Faults) ReplaceAtCopy(t testing.TB, stand *localtest.Stand, upload *domain.Upload) {
	t.Helper()
	bucket, s, replaced := Bucket(stand, "UPLOADS_BUCKET"), upload.State(), false
	f.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get("X-Amz-Copy-Source") != "" && !replaced {
			replaced = true
			staging := bucket
			staging.Name = bucket.Staging
			if err := staging.Put(t.Context(), upload.StagingKey(), s.ContentType, make([]byte, s.Size)); err != nil {
				t.Error(err)
			}
		}
		next.ServeHTTP(w, r)
	})
}

// Die lets a function die at its call number n (from 1) to DynamoDB or S3, before it is done or after: no other call is made, and end is
// called, which must end the function's context. Heal ends it and tells how many calls there were.
func (f *Faults) Die(n int64, done bool, end func()) (heal func() int64) {
	dead, calls := localtest.Death(n, done, end)
	f.Intercept(dead)
	f.stand.Intercept(func(_ string, w http.ResponseWriter, r *http.Request, next http.Handler) { dead(w, r, next) })
	return func() int64 {
		f.Intercept(nil)
		f.stand.Intercept(nil)
		return calls()
	}
}
