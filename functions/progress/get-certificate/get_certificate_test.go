package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/get-certificate"

type view struct {
	ID, Track, Credential string
	Valid                 bool
	Badge                 *struct{ ID, Name string }
}

func TestGetCertificateNeedsNoToken(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	made := stand.NewCertificate(t, user, "go", time.Now())
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get("/api/certificates/"+made.ID.String(), "") })
	var got view
	answer.Data(t, http.StatusOK, &got)
	if got.ID != made.ID.String() || got.Track != "go" || got.Credential != made.Credential || !got.Valid || !strings.HasSuffix(got.Badge.ID, "/api/certificates/"+got.ID) {
		t.Errorf("got %s", answer.Body)
	}
	if strings.Contains(string(answer.Body), user.ID.String()) || strings.Contains(string(answer.Body), user.Email) {
		t.Errorf("the answer names the account: %s", answer.Body)
	}
	api.TellsLimits(t, stand, localtest.Request{Method: http.MethodGet, Path: "/api/certificates/" + got.ID})
}

func TestGetCertificateTellsASpoiltOne(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	good := stand.NewCertificate(t, stand.NewUser(t), "go", time.Now())
	store := dynamo.Certificates{Table: stand.Table("LEARNING_TABLE")}
	for what, credential := range map[string]string{"changed": good.Credential[:len(good.Credential)-4] + "AAAA", "another's": good.Credential} {
		id, err := domain.NewID[domain.Certificate](time.Now(), strings.NewReader("0123456789"+what))
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Award(t.Context(), domain.Certificate{ID: id, Owner: stand.NewUser(t).ID, Track: good.Track, AwardedAt: time.Now(), Credential: credential}); err != nil {
			t.Fatal(err)
		}
		var got view
		if api.Get("/api/certificates/"+id.String(), "").Data(t, http.StatusOK, &got); got.Valid || got.Badge != nil {
			t.Errorf("a credential that is %s: %+v", what, got)
		}
	}
}

func TestGetCertificateThatIsNone(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	made := stand.NewCertificate(t, user, "go", time.Now())
	if _, err := stand.Env(t, "users/erase-user").Erasures().Erase(t.Context(), user.ID, domain.SessionID{}); err != nil {
		t.Log(err) // the bucket is not served here; the certificate is gone before
	}
	api.Get("/api/certificates/"+made.ID.String(), "").Fails(t, http.StatusNotFound, "certificate.not_found")
	api.Get("/api/certificates/01890a5d-ac96-774b-bcce-b302099a8057", "").Fails(t, http.StatusNotFound, "certificate.not_found")
	for _, id := range []string{"x", "verify", strings.ToUpper(made.ID.String()), user.Email} {
		api.Get("/api/certificates/"+id, "").Fails(t, http.StatusNotFound, "not_found")
	}
	stand.Intercept(localtest.Down())
	api.Get("/api/certificates/"+made.ID.String(), "").Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
}
