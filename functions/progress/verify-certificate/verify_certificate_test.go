package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/localtest"
)

const (
	name = "progress/verify-certificate"
	path = "/api/certificates/verify"
)

type judgement struct {
	Valid, Signature, OnRecord bool
	Badge                      *struct{ ID string }
}

func judge(t testing.TB, api *localtest.API, credential string) (j judgement) {
	t.Helper()
	api.Post(path, "", fmt.Sprintf(`{"credential":%q}`, credential)).Data(t, http.StatusOK, &j)
	return j
}

func TestVerifyCertificate(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	made := stand.NewCertificate(t, user, "go", time.Now())
	var got judgement
	stand.WantCalls(t, name, func() { got = judge(t, api, made.Credential) })
	if !got.Valid || !got.Signature || !got.OnRecord || got.Badge == nil {
		t.Errorf("got %+v", got)
	}
	third := len(made.Credential) / 3
	for what, pasted := range map[string]string{
		"a line break behind it": made.Credential + "\r\n", "lines as mail breaks them": " " + made.Credential[:third] + "\n" + made.Credential[third:],
	} {
		if got := judge(t, api, pasted); !got.Valid {
			t.Errorf("%s: %+v", what, got)
		}
	}
	elsewhere := localtest.New(t)
	for what, credential := range map[string]string{
		"a changed one": made.Credential[:len(made.Credential)-4] + "AAAA", "no JWT": "x", "an access token": user.Token,
		"another system's": elsewhere.NewCertificate(t, elsewhere.NewUser(t), "go", time.Now()).Credential,
	} {
		if got := judge(t, api, credential); got != (judgement{}) {
			t.Errorf("%s: %+v", what, got)
		}
	}
	table := stand.Table("LEARNING_TABLE")
	_, err := table.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table.Name, Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "USER#" + user.ID.String()}, "sk": &types.AttributeValueMemberS{Value: "CERTIFICATE#go"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := judge(t, api, made.Credential); got.Valid || !got.Signature || got.OnRecord {
		t.Errorf("withdrawn: %+v", got)
	}
}

func TestD37MalformedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	api.RefusesBadJSON(t, path, "", `{"credential":"x"}`)
	api.Post(path, "", `{}`).Fails(t, http.StatusBadRequest, "request.invalid")
	api.TellsLimits(t, stand, localtest.Request{Method: http.MethodPost, Path: path, Body: `{}`})
}

func TestADeadDatabaseIs503(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	made := stand.NewCertificate(t, stand.NewUser(t), "go", time.Now())
	for _, action := range []string{"GetItem", "Query"} {
		stand.Intercept(localtest.Down(action))
		api.Post(path, "", fmt.Sprintf(`{"credential":%q}`, made.Credential)).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	}
}
