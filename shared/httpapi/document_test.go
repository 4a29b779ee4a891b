package httpapi_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

func TestADocumentIsAnsweredAsItStands(t *testing.T) {
	t.Parallel()
	const body = "<a> & \"b\"\n"
	do := func(context.Context, struct{}) (httpapi.Document, error) {
		return httpapi.Document{MediaType: "text/x-notes", Body: []byte(body), MaxAge: 90 * time.Second}, nil
	}
	serve := httpapi.Serve(discard, httpapi.Query(do))
	first, err := serve(t.Context(), request("GET", ""))
	if err != nil || first.StatusCode != http.StatusOK || first.Body != body || first.Headers["content-type"] != "text/x-notes" ||
		first.Headers["cache-control"] != "public, max-age=90" || first.Headers["x-content-type-options"] != "nosniff" {
		t.Errorf("got %+v, %v", first, err)
	}
	again, err := serve(t.Context(), request("GET", "", "if-none-match", first.Headers["etag"]))
	if err != nil || again.StatusCode != http.StatusNotModified || again.Body != "" || again.Headers["etag"] != first.Headers["etag"] {
		t.Errorf("got %+v, %v; want 304 with the same tag", again, err)
	}
	t.Run("and an error is an error, for no cache to keep", func(t *testing.T) {
		t.Parallel()
		fails := func(context.Context, struct{}) (httpapi.Document, error) { return httpapi.Document{}, domain.ErrNoUser }
		res, err := httpapi.Serve(discard, httpapi.Query(fails))(t.Context(), request("GET", "", "if-none-match", "*"))
		if err != nil || res.StatusCode != http.StatusNotFound || res.Headers["cache-control"] != "no-store" || res.Headers["etag"] != "" {
			t.Errorf("got %+v, %v; want 404", res, err)
		}
	})
}
