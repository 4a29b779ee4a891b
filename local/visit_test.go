package main_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

// dynamoDB is where the banner says that DynamoDB is.
var dynamoDB = regexp.MustCompile(`(?m)^  DynamoDB   (\S+)`)

// visit goes through what else there is as a second learner, who becomes an editor if DynamoDB's endpoint is known, and leaves in the end.
func visit(t *testing.T, who *learner, endpoint string) {
	t.Helper()
	const email, password = "bo@example.org", "another horse battery"
	guest := &learner{URL: who.URL, Lessons: who.Lessons, Email: email}
	signIn := func(status int) {
		t.Helper()
		var in struct{ AccessToken string }
		var out any = &in
		if status != http.StatusOK {
			out = nil
		}
		post(t, status, who.URL+"/api/auth/login", "", `{"email":"`+email+`","password":"`+password+`"}`, out)
		guest.Token = in.AccessToken
	}
	post(t, http.StatusCreated, who.URL+"/api/auth/register", "", `{"email":"`+email+`","username":"Bo","password":"`+password+`"}`, nil)
	signIn(http.StatusOK)
	study(t, guest)
	if endpoint != "" {
		admin := exec.Command("go", "run", "./cmd/admin", "--local", "--endpoint", endpoint, "--email", email, "--role", "editor")
		admin.Dir = ".."
		if output, err := admin.CombinedOutput(); err != nil {
			t.Fatalf("cmd/admin: %v\n%s", err, output)
		}
		signIn(http.StatusOK)
		edit(t, guest, who)
	}
	var export struct{ Kept map[string][]json.RawMessage }
	r := get(t, who.URL+"/api/users/me/export", guest.Token, &export)
	for _, section := range []string{"account", "password", "progress", "positions", "history", "likes", "sessions"} {
		if len(export.Kept[section]) == 0 {
			t.Errorf("the export has no %s", section)
		}
	}
	if strings.Contains(string(r.Body), "argon2id") || !strings.Contains(string(r.Body), email) {
		t.Errorf("the export shows a hash or not the address: %.300s", r.Body)
	}
	if endpoint != "" && os.Getenv(localtest.OtherDynamoDB) == "" {
		t.Run("D57: every time that is stored has one form", func(t *testing.T) { checkStoredTimes(t, endpoint) })
	}
	var receipt struct{ UserID, BeganAt, EndedAt string }
	want(t, http.StatusOK, http.MethodDelete, who.URL+"/api/users/me", guest.Token, "application/json", []byte(`{"password":"`+password+`"}`), &receipt)
	if receipt.UserID == "" || receipt.EndedAt == "" {
		t.Errorf("receipt %+v", receipt)
	}
	signIn(http.StatusUnauthorized)
	if likes := like(t, who, http.MethodPut, who.Lessons[0]); likes != 1 {
		t.Errorf("the lesson has %d likes, want only that of the learner who stays", likes)
	}
	if likes := like(t, who, http.MethodDelete, who.Lessons[0]); likes != 0 {
		t.Errorf("the lesson has %d likes after all were taken back", likes)
	}
}

// study saves a place, brings what was done offline, looks at the totals and likes a lesson.
func study(t *testing.T, who *learner) {
	t.Helper()
	first, second := who.Lessons[0], who.Lessons[1]
	now := time.Now()
	at := func(ago time.Duration) string { return domain.FormatTime(now.Add(-ago)) }
	place := fmt.Sprintf(`{"position":90,"duration":600,"device":"phone","clientTime":"%s"}`, at(time.Minute))
	want(t, http.StatusOK, http.MethodPut, who.URL+"/api/lessons/"+first+"/position", who.Token, "application/json", []byte(place), nil)

	attempt, err := domain.NewID[domain.Attempt](now.Add(-time.Hour), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	batch := fmt.Sprintf(`{"changes":[{"kind":"position","lessonId":"%s","position":30,"device":"tablet","clientTime":"%s"},`+
		`{"kind":"completion","id":"%s","lessonId":"%s","score":80,"clientTime":"%s"}]}`, first, at(time.Hour), attempt, second, at(time.Hour))
	for _, outcomes := range []string{"merged applied", "merged duplicate"} {
		var got struct{ Results []struct{ Outcome string } }
		if post(t, http.StatusOK, who.URL+"/api/progress/sync", who.Token, batch, &got); len(got.Results) != 2 || got.Results[0].Outcome+" "+got.Results[1].Outcome != outcomes {
			t.Errorf("sync came to %+v, want %s", got, outcomes)
		}
	}

	var progress struct {
		Completed bool
		Position  struct{ Position int }
	}
	if get(t, who.URL+"/api/progress/"+first, who.Token, &progress); progress.Completed || progress.Position.Position != 90 {
		t.Errorf("progress = %+v, want the newer place, 90", progress)
	}
	var history []struct{ LessonID string }
	if get(t, who.URL+"/api/progress", who.Token, &history); len(history) != 1 || history[0].LessonID != second {
		t.Errorf("history = %+v, want the second lesson", history)
	}
	var stats struct {
		Total struct{ Total, Completed int }
	}
	if get(t, who.URL+"/api/progress/stats", who.Token, &stats); stats.Total.Completed != 1 || stats.Total.Total != len(who.Lessons) {
		t.Errorf("stats = %+v, want 1 of %d", stats, len(who.Lessons))
	}
	var dashboard struct{ Resume []struct{ LessonID string } }
	if get(t, who.URL+"/api/users/me/dashboard", who.Token, &dashboard); len(dashboard.Resume) != 1 || dashboard.Resume[0].LessonID != first {
		t.Errorf("dashboard = %+v, want to go on with the first lesson", dashboard)
	}
	for range 2 {
		if likes := like(t, who, http.MethodPut, first); likes != 1 {
			t.Errorf("%d likes by one learner", likes)
		}
	}
}

// like likes a lesson, or takes that back, and gives how many like it then.
func like(t *testing.T, who *learner, method, lesson string) int {
	t.Helper()
	var got struct{ Likes int }
	want(t, http.StatusOK, method, who.URL+"/api/lessons/"+lesson+"/like", who.Token, "", nil, &got)
	return got.Likes
}

// edit writes a lesson, shows it to a learner and takes it away again.
func edit(t *testing.T, editor, who *learner) {
	t.Helper()
	var made struct{ ID string }
	draft := `{"title":"Pipes","summary":"What flows.","track":"unix","difficulty":1,"order":1,"content":"# Pipes <script>x</script>"}`
	post(t, http.StatusForbidden, who.URL+"/api/lessons", who.Token, draft, nil)
	post(t, http.StatusCreated, who.URL+"/api/lessons", editor.Token, draft, &made)
	lesson := who.URL + "/api/lessons/" + made.ID
	want(t, http.StatusNotFound, http.MethodGet, lesson, who.Token, "", nil, nil)
	want(t, http.StatusOK, http.MethodPut, lesson+"/published", editor.Token, "", nil, nil)
	var read struct{ Content string }
	if get(t, lesson, who.Token, &read); !strings.HasPrefix(read.Content, "<h1 id=\"h-pipes-x\">Pipes") || strings.Contains(read.Content, "script") {
		t.Errorf("the lesson reads %q", read.Content)
	}
	want(t, http.StatusNoContent, http.MethodDelete, lesson, editor.Token, "", nil, nil)
	want(t, http.StatusNotFound, http.MethodGet, lesson, who.Token, "", nil, nil)
}
