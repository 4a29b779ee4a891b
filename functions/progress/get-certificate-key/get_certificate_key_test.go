package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
)

const (
	name = "progress/get-certificate-key"
	path = "/api/certificates/keys/"
)

func TestGetCertificateKey(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	id, public, err := stand.Env(t, "progress/award-certificate").Certifier().Key()
	if err != nil {
		t.Fatal(err)
	}
	api.Get(path+id, "").Fails(t, http.StatusNotFound, "certificate.key_not_found")
	stand.NewCertificate(t, stand.NewUser(t), "go", time.Now())
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path+id, "") })
	var key map[string]string
	if err := json.Unmarshal(answer.Body, &key); err != nil || answer.Status != http.StatusOK || string(answer.Body) != string(public) || key["d"] != "" || key["kid"] != id {
		t.Errorf("got %d %s, %v", answer.Status, answer.Body, err)
	}
	if got := answer.Header.Get("Content-Type") + " " + answer.Header.Get("Cache-Control"); got != "application/jwk+json public, max-age=86400" {
		t.Errorf("headers %s", got)
	}
	calls := len(stand.Calls(t, name))
	for _, bad := range []string{"x", strings.Repeat("A", 1000), id + "%20", "CERTKEY%23" + id} {
		api.Get(path+bad, "").Fails(t, http.StatusNotFound, "certificate.key_not_found")
	}
	if n := len(stand.Calls(t, name)) - calls; n != 0 {
		t.Errorf("%d calls for what is no key", n)
	}
	api.TellsLimits(t, stand, localtest.Request{Method: http.MethodGet, Path: path + id})
	stand.Intercept(localtest.Down())
	api.Get(path+id, "").Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
}
