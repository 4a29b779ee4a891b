package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/platform"
)

const (
	name = "ops/get-security-txt"
	path = "/.well-known/security.txt"
)

func TestSecurityTxtNamesTheContact(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env := stand.Env(t, name)
	api := stand.ServeEnv(t, name, platform.NewEnv(func(name string) string {
		if name == "SECURITY_CONTACT" {
			return "mailto:security@example.org"
		}
		return env.Lookup(name)
	}, t.Output()), handler)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Do(localtest.Request{Method: http.MethodGet, Path: path}) })
	if got := answer.Header.Get("Content-Type"); answer.Status != http.StatusOK || got != "text/plain; charset=utf-8" {
		t.Errorf("got %d %s", answer.Status, got)
	}
	lines := strings.Split(string(answer.Body), "\n")
	expires, err := time.Parse("Expires: "+time.RFC3339, lines[1])
	if left := time.Until(expires); lines[0] != "Contact: mailto:security@example.org" || err != nil || left < 24*time.Hour || left > 365*24*time.Hour {
		t.Errorf("got %q (%v)", answer.Body, err)
	}
}

func TestWithoutAContactThereIsNoSecurityTxt(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	api.Do(localtest.Request{Method: http.MethodGet, Path: path}).Fails(t, http.StatusNotFound, "not_found")
}

func TestEveryAnswerTellsTheLimit(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).TellsLimits(t, stand, localtest.Request{Method: http.MethodGet, Path: path})
}
