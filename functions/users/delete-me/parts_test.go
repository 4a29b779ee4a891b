package main

import (
	"bytes"
	"net/http"
	"testing"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
)

// Parts of what was never joined are bytes too, and the links to parts that were given out before
// take no more.
func TestPartsOfAnUnfinishedUploadAreErased(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	user, token := life(t, stand, "ana@example.org", 1)
	content := bytes.Repeat([]byte("x"), domain.PartSize+1)
	upload := buckets.Start(t, stand, user, int64(len(content)))
	if sent := buckets.SendPart(t, stand, upload, 1, content); sent.Status != http.StatusOK {
		t.Fatalf("S3 answers %d %s", sent.Status, sent.Body)
	}
	var receipt Out
	remove(stand.Serve(t, "users/delete-me", handler), token, localtest.Password).Data(t, http.StatusOK, &receipt)
	if left := buckets.Versions(t, stand); len(left) != 0 {
		t.Errorf("there is still %q", left)
	}
	if sent := buckets.SendPart(t, stand, upload, 2, content); sent.Status != http.StatusNotFound {
		t.Errorf("a part after the erasure: %d %s, want 404", sent.Status, sent.Body)
	}
	if len(receipt.Remains) == 0 || receipt.Remains[0].Until <= receipt.EndedAt {
		t.Errorf("the receipt does not say how long links may be used: %+v", receipt.Remains)
	}
}
