package main

import (
	"net/http"
	"strings"
	"testing"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
)

const name = "uploads/sign-parts"

func path(u *domain.Upload) string { return "/api/uploads/" + u.State().ID.String() + "/parts" }

func open(t testing.TB) (*localtest.Stand, *localtest.API, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.Serve(t, name, handler), stand.NewUser(t)
}

func TestSignPartsAnswersLinksThatTakeExactlyTheirPart(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	upload := buckets.Start(t, stand, user, domain.PartSize+1000)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Post(path(upload), user.Token, `{"numbers":[2,1]}`) })
	var got Out
	answer.Data(t, http.StatusOK, &got)
	if len(got.Parts) != 2 || got.Parts[0].Number != 2 || got.Parts[0].Size != 1000 || got.Parts[1].Size != domain.PartSize {
		t.Fatalf("got %s", answer.Body)
	}
	last := got.Parts[0].URL
	for _, size := range []int{999, 1001, 0} {
		if sent := buckets.Follow(t, http.MethodPut, last, nil, make([]byte, size)); sent.Status != http.StatusForbidden {
			t.Errorf("%d bytes: S3 answers %d %s, want 403", size, sent.Status, sent.Body)
		}
	}
	for range 2 { // a part that is sent again replaces the first
		if sent := buckets.Follow(t, http.MethodPut, last, nil, make([]byte, 1000)); sent.Status != http.StatusOK || sent.Header.Get("ETag") == "" {
			t.Errorf("S3 answers %d %s", sent.Status, sent.Body)
		}
	}
	if sent := buckets.Follow(t, http.MethodPut, strings.Replace(last, "partNumber=2", "partNumber=3", 1), nil, make([]byte, 1000)); sent.Status != http.StatusForbidden {
		t.Errorf("another number: S3 answers %d", sent.Status)
	}
}

func TestBadNumbersAreRefused(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	upload := buckets.Start(t, stand, user, domain.PartSize+1000)
	for _, numbers := range []string{"", "0", "3", "-1", "1,2,3", strings.Repeat("1,", 100) + "1"} {
		if got := api.Post(path(upload), user.Token, `{"numbers":[`+numbers+`]}`).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "numbers" {
			t.Errorf("%s: details name %q", numbers, got)
		}
	}
	api.RefusesBadJSON(t, path(upload), user.Token, `{"numbers":[1]}`)
}

func TestOnlyTheOwnerOfAnUploadInPartsGetsLinks(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	upload := buckets.Start(t, stand, user, 1000)
	whole, _ := buckets.Request(t, stand, user, "a.pdf", "application/pdf", 1000)
	const body = `{"numbers":[1]}`
	api.Post(path(upload), stand.NewUser(t).Token, body).Fails(t, http.StatusNotFound, "upload.not_found")
	api.Post(path(whole), user.Token, body).Fails(t, http.StatusConflict, "upload.not_in_parts")
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodPost, Path: path(upload), Body: body})
}
