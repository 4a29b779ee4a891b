package main

import (
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
)

const name = "progress/list-certificates"

func TestListCertificatesShowsTheCallersOwn(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, bo := stand.NewUser(t), stand.NewUser(t)
	now := time.Now()
	rust, first := stand.NewCertificate(t, ana, "rust", now), stand.NewCertificate(t, ana, "go", now)
	stand.NewCertificate(t, bo, "go", now)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get("/api/certificates", ana.Token) })
	var got []struct{ ID, Track, AwardedAt, Credential string }
	answer.Data(t, http.StatusOK, &got)
	if len(got) != 2 || got[0].ID != first.ID.String() || got[0].Credential != first.Credential || got[1].ID != rust.ID.String() || got[1].Track != "rust" {
		t.Errorf("got %+v", got)
	}
	if shape := answer.Shape(t); shape != "{data:[{awardedAt:text credential:text id:text track:text}] success:bool}" {
		t.Errorf("shape %s", shape)
	}
	answer = api.Get("/api/certificates", stand.NewUser(t).Token)
	if answer.Data(t, http.StatusOK, &got); len(got) != 0 || answer.Shape(t) != "{data:[] success:bool}" {
		t.Errorf("got %s", answer.Body)
	}
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: "/api/certificates"})
}

func TestADeadDatabaseIs503(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	stand.Intercept(localtest.Down())
	api.Get("/api/certificates", user.Token).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
}
