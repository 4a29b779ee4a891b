package main

import (
	"net/http"
	"slices"
	"testing"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
)

const name = "uploads/list-parts"

func path(u *domain.Upload) string { return "/api/uploads/" + u.State().ID.String() + "/parts" }

func TestListPartsTellsWhatHasArrivedAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	api, user := stand.Serve(t, name, handler), stand.NewUser(t)
	content := files.PDF("1.7", 2*domain.PartSize+1000)
	upload := buckets.Start(t, stand, user, int64(len(content)))
	var none Out
	api.Get(path(upload), user.Token).Data(t, http.StatusOK, &none)
	if len(none.Parts) != 0 || !slices.Equal(none.Missing, []int{1, 2, 3}) || none.PartSize != domain.PartSize {
		t.Errorf("at first %+v", none)
	}
	sent := buckets.SendPart(t, stand, upload, 3, content)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path(upload), user.Token) })
	var one Out
	answer.Data(t, http.StatusOK, &one)
	if len(one.Parts) != 1 || one.Parts[0] != (Part{3, 1000, sent.Header.Get("ETag")}) || !slices.Equal(one.Missing, []int{1, 2}) {
		t.Errorf("then %s, want part 3 with %s", answer.Body, sent.Header.Get("ETag"))
	}
	api.Get(path(upload), stand.NewUser(t).Token).Fails(t, http.StatusNotFound, "upload.not_found")
	whole, _ := buckets.Request(t, stand, user, "a.pdf", "application/pdf", 10)
	api.Get(path(whole), user.Token).Fails(t, http.StatusConflict, "upload.not_in_parts")
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path(upload)})
}
