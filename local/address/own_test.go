package address_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"lyceum/local/address"
)

func TestPagesUnderOtherNamesAreRefused(t *testing.T) {
	t.Parallel()
	served := address.OnlyOwn(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for host, want := range map[string]int{
		"localhost:8000": 204, "127.0.0.1:8000": 204, "[::1]:8000": 204, "LOCALHOST.": 204, "files.localhost:9000": 204, "host.docker.internal:8000": 204,
		"192.168.1.7:8000": 204, "evil.example:8000": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example:8000": 421, "": 421,
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Host = host
		got := httptest.NewRecorder()
		served.ServeHTTP(got, r)
		if got.Code != want {
			t.Errorf("%q: got %d, want %d", host, got.Code, want)
		}
	}
}
