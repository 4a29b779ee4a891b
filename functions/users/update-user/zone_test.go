package main

import (
	"net/http"
	"testing"

	"lyceum/local/localtest"
)

func TestUsersSetTheirTimeZone(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUser(t)
	patch := func(body string) localtest.Answer {
		return api.Do(localtest.Request{Method: http.MethodPatch, Path: path(ana), Token: ana.Token, Body: body})
	}
	var got struct{ Username, TimeZone string }
	patch(`{"timeZone":"America/Sao_Paulo"}`).Data(t, http.StatusOK, &got)
	if got.TimeZone != "America/Sao_Paulo" || got.Username != "Test Learner" || stand.Stored(t, ana).TimeZone.String() != "America/Sao_Paulo" {
		t.Errorf("got %+v, stored %s", got, stand.Stored(t, ana).TimeZone)
	}
	patch(`{"timeZone":"UTC","username":"Ana"}`).Data(t, http.StatusOK, &got)
	if s := stand.Stored(t, ana); got.TimeZone != "UTC" || got.Username != "Ana" || s.Version != 3 {
		t.Errorf("got %+v, version %d; want both changed in one", got, s.Version)
	}
	for _, bad := range []string{`""`, `"Local"`, `"Mars/Olympus"`, `"../UTC"`, `5`} {
		if fields := patch(`{"timeZone":`+bad+`}`).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); fields != "timeZone" {
			t.Errorf("%s: details name %q, want timeZone", bad, fields)
		}
	}
	if fields := patch(`{"timeZone":"x","username":""}`).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); fields != "username timeZone" {
		t.Errorf("details name %q, want both", fields)
	}
	if s := stand.Stored(t, ana); s.Version != 3 {
		t.Errorf("version %d after refusals, want 3", s.Version)
	}
}
