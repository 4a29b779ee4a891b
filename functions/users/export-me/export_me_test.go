package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/local/localtest"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const (
	name = "users/export-me"
	path = "/api/users/me/export"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestExportMeShowsAllButSecrets(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUserOf(t, "ana@example.org", auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1})
	other := stand.NewUser(t)
	tokens := stand.SignIn(t, user, "Ana's laptop", time.Now())
	stand.SignIn(t, other, "another's laptop", time.Now())
	for i := range 3 {
		stand.Complete(t, user, stand.NewLesson(t, "go", i), 77, time.Now())
	}
	made, event, err := domain.NewUpload(user.ID, domain.Place{Bucket: "bucket", Region: localtest.Region}, "thesis.pdf", []byte("%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"), time.Now(), rand.Reader)
	must(t, err)
	must(t, dynamo.Uploads{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region, Regions: []string{localtest.Region}, Now: time.Now}.Create(t.Context(), made, domain.Usage{Bytes: 1 << 20, Files: 10}, event))
	keys := dynamo.Idempotency{Table: stand.Table("EPHEMERAL_TABLE"), Now: time.Now, Random: rand.Reader}
	_, _, err = keys.Begin(t.Context(), domain.Repeatable{User: user.ID, Route: "x", Key: "y", Fingerprint: []byte("z")}, time.Minute)
	must(t, err)

	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path, tokens.AccessToken) })
	var got Out
	answer.Data(t, http.StatusOK, &got)
	sizes := map[string]int{}
	for section, items := range got.Kept {
		sizes[section] = len(items)
	}
	want := map[string]int{"account": 1, "password": 1, "progress": 3, "history": 3, "summaries": 1, "uploads": 1, "storage": 1, "sessions": 1, "repeatableRequests": 1}
	if fmt.Sprint(sizes) != fmt.Sprint(want) || got.NextCursor != nil {
		t.Errorf("sections %v, want %v", sizes, want)
	}
	text := string(answer.Body)
	for _, there := range []string{"ana@example.org", "Test Learner", "Ana's laptop", "thesis.pdf", "/api/uploads/" + made.State().ID.String() + "/content", `"bestScore":77`} {
		if !strings.Contains(text, there) {
			t.Errorf("it lacks %s", there)
		}
	}
	for _, secret := range []string{"argon2id", `"hash"`, `"seed"`, `"holder"`, `"objectKey"`, `"pk"`, tokens.RefreshToken, other.Email, "another's"} {
		if strings.Contains(text, secret) {
			t.Errorf("it shows %s", secret)
		}
	}
}

func TestALargeExportComesInParts(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	table := stand.Table("LEARNING_TABLE")
	const items, size = 24, 300 << 10 // 7 MB
	for i := range items {
		item, err := attributevalue.MarshalMap(map[string]any{
			"pk": "USER#" + user.ID.String(), "sk": fmt.Sprintf("SUMMARY#region-%02d", i), "recent": strings.Repeat("x", size),
		})
		must(t, err)
		_, err = table.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table.Name, Item: item})
		must(t, err)
	}
	seen, parts, cursor := map[string]bool{}, 0, ""
	for {
		answer := api.Get(path+"?cursor="+cursor, user.Token)
		var part Out
		answer.Data(t, http.StatusOK, &part)
		if parts++; len(answer.Body) > 5<<20 {
			t.Errorf("part %d has %d bytes", parts, len(answer.Body))
		}
		for _, s := range part.Kept["summaries"] {
			id := fmt.Sprint(s["id"])
			if seen[id] {
				t.Errorf("%s comes twice", id)
			}
			seen[id] = true
		}
		if part.NextCursor == nil {
			break
		}
		cursor = *part.NextCursor
	}
	if len(seen) != items || parts < 3 {
		t.Errorf("%d of %d items in %d parts", len(seen), items, parts)
	}
	if got := api.Get(path+"?cursor="+cursor, stand.NewUser(t).Token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "cursor" {
		t.Errorf("another's cursor: details name %q", got)
	}
}

func TestExportMeRefusals(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path})
	api.Get(path, stand.Ghost(t).Token).Fails(t, http.StatusNotFound, "user.not_found")
	stand.Intercept(localtest.Down("Query"))
	api.Get(path, stand.NewUser(t).Token).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
}
