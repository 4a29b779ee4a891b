package main_test

import (
	"bytes"
	"html"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
)

// learner is who goes on the journey.
type learner struct {
	URL, Token  string
	Lessons     []string // ids, as listed
	Upload      string   // URL of the file's bytes; "" if the upload was left out
	Picture     []byte
	Email, Name string
}

// TestJourney goes the way of a new learner through the routes, then ends the command and finds everything again.
func TestJourney(t *testing.T) {
	if *api != "" {
		// sam local answers 502 to a body that is not UTF-8 before any function runs, so the upload
		// is left out there: docs/SAM.md.
		who := &learner{URL: *api}
		signUp(t, who)
		sessions(t, who)
		learn(t, who)
		visit(t, who, *dynamo)
		return
	}
	data := t.TempDir()
	cloud := goRun(t, "--data", data)
	t.Logf("ready after %v", cloud.Start)
	who := &learner{URL: cloud.URL}
	signUp(t, who)
	sessions(t, who)
	learn(t, who)
	upload(t, who)
	visit(t, who, dynamoDB.FindStringSubmatch(cloud.output.String())[1])
	t.Run("the lines of the README work pasted in order", func(t *testing.T) { pasteReadme(t, cloud.URL) })
	cloud.interrupt(t)

	again := goRun(t, "--data", data)
	t.Logf("ready again after %v", again.Start)
	t.Run("after a restart everything is there again", func(t *testing.T) {
		who.Upload = strings.Replace(who.Upload, who.URL, again.URL, 1)
		who.URL = again.URL
		remember(t, who)
	})
}

func signUp(t *testing.T, who *learner) {
	t.Helper()
	var health struct{ Status, Region, Version string }
	get(t, who.URL+"/api/health", "", &health)
	if health.Status != "ok" || health.Region == "" || health.Version == "" {
		t.Errorf("health = %+v", health)
	}
	var in struct {
		User                                 struct{ ID, Email, Username, Role string }
		AccessToken, RefreshToken, TokenType string
		ExpiresIn                            int
	}
	// D13: letters outside Latin-1 anywhere.
	body := `{"email":"Asa.Angstrom@例え.jp","username":"Åsa 学","password":"correct horse battery"}`
	post(t, http.StatusCreated, who.URL+"/api/auth/register", "", body, &in)
	if in.User.Email != "asa.angstrom@例え.jp" || in.User.Role != "learner" || in.RefreshToken == "" || in.TokenType != "Bearer" || in.ExpiresIn != 900 {
		t.Errorf("registered %+v", in)
	}
	post(t, http.StatusConflict, who.URL+"/api/auth/register", "", body, nil)
	// D77: what was answered can be used at once.
	post(t, http.StatusOK, who.URL+"/api/auth/login", "", `{"email":"asa.angstrom@例え.jp","password":"correct horse battery"}`, &in)
	post(t, http.StatusUnauthorized, who.URL+"/api/auth/login", "", `{"email":"asa.angstrom@例え.jp","password":"wrong horse battery"}`, nil)
	who.Token, who.Email, who.Name = in.AccessToken, in.User.Email, in.User.Username
	var me struct{ ID, Email, Username, CreatedAt string }
	get(t, who.URL+"/api/users/me", who.Token, &me)
	if me.ID != in.User.ID || me.Username != "Åsa 学" || me.CreatedAt == "" {
		t.Errorf("me = %+v, want user %s", me, in.User.ID)
	}
}

// sessions refreshes the learner's tokens, sees the session in the list and ends a second one. D14, D75: sessions are wired and end at once.
func sessions(t *testing.T, who *learner) {
	t.Helper()
	var in, next struct{ AccessToken, RefreshToken string }
	post(t, http.StatusOK, who.URL+"/api/auth/login", "", `{"email":"`+who.Email+`","password":"correct horse battery"}`, &in)
	post(t, http.StatusOK, who.URL+"/api/auth/refresh", "", `{"refreshToken":"`+in.RefreshToken+`"}`, &next)
	if next.RefreshToken == in.RefreshToken {
		t.Error("the refresh token was not rotated")
	}
	var list []struct{ ID string }
	get(t, who.URL+"/api/auth/sessions", next.AccessToken, &list)
	if len(list) < 2 {
		t.Errorf("sessions = %v, want those of both sign-ins", list)
	}
	want(t, http.StatusNoContent, http.MethodPost, who.URL+"/api/auth/logout", next.AccessToken, "", nil, nil)
	want(t, http.StatusUnauthorized, http.MethodGet, who.URL+"/api/users/me", next.AccessToken, "", nil, nil)
	post(t, http.StatusUnauthorized, who.URL+"/api/auth/refresh", "", `{"refreshToken":"`+next.RefreshToken+`"}`, nil)
	get(t, who.URL+"/api/users/me", who.Token, nil)
}

func learn(t *testing.T, who *learner) {
	t.Helper()
	var page []struct{ ID, Title, Track, CreatedAt string }
	for cursor := ""; ; {
		r := get(t, who.URL+"/api/lessons?limit=5&cursor="+cursor, who.Token, &page)
		for _, lesson := range page {
			who.Lessons = append(who.Lessons, lesson.ID)
		}
		if cursor = r.Next.Cursor; cursor == "" {
			break
		}
	}
	if len(who.Lessons) < 12 {
		t.Fatalf("%d lessons, want at least the 12 samples", len(who.Lessons))
	}
	for i, id := range who.Lessons[:11] {
		var lesson struct {
			Metadata struct{ ID, Title string }
			Content  string
		}
		get(t, who.URL+"/api/lessons/"+id, who.Token, &lesson)
		if lesson.Metadata.ID != id || !strings.Contains(html.UnescapeString(lesson.Content), ">"+lesson.Metadata.Title+"</h1>") {
			t.Errorf("lesson %s = %.80v", id, lesson)
		}
		var progress struct{ BestScore, LastScore, Attempts int }
		post(t, http.StatusOK, who.URL+"/api/lessons/"+id+"/complete", who.Token, `{"score":90}`, nil)
		post(t, http.StatusOK, who.URL+"/api/lessons/"+id+"/complete", who.Token, `{"score":50}`, &progress)
		if progress.BestScore != 90 || progress.LastScore != 50 || progress.Attempts != 2 {
			t.Errorf("lesson %d: progress = %+v", i, progress)
		}
	}
	checkDashboard(t, who)
}

func checkDashboard(t *testing.T, who *learner) {
	t.Helper()
	var dashboard struct {
		User   struct{ Username string }
		Recent []struct{ LessonID, Title string }
		Stats  struct {
			Total, Completed int
			AverageScore     float64
		}
	}
	get(t, who.URL+"/api/users/me/dashboard", who.Token, &dashboard)
	if dashboard.User.Username != who.Name || len(dashboard.Recent) != 10 || dashboard.Recent[0].LessonID != who.Lessons[10] || dashboard.Recent[0].Title == "" {
		t.Errorf("dashboard = %+v, want the last 10 of 11 lessons, newest first", dashboard)
	}
	if s := dashboard.Stats; s.Total != len(who.Lessons) || s.Completed != 11 || s.AverageScore != 90 {
		t.Errorf("stats = %+v, want 11 of %d with 90 on average", s, len(who.Lessons))
	}
}

func upload(t *testing.T, who *learner) {
	t.Helper()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	who.Picture = picture.Bytes()
	contentType, body := form(t, "Ünï \"quoted\" 学.png", who.Picture)
	var made struct {
		ID, URL, ContentType, OriginalName string
		Size                               int
	}
	want(t, http.StatusCreated, http.MethodPost, who.URL+"/api/uploads", who.Token, contentType, body, &made)
	if made.Size != len(who.Picture) || made.ContentType != "image/png" || made.OriginalName != "Ünï \"quoted\" 学.png" {
		t.Errorf("upload = %+v", made)
	}
	who.Upload = made.URL // D31: the URL that was answered can be fetched
	checkUpload(t, who)
}

func checkUpload(t *testing.T, who *learner) {
	t.Helper()
	redirect := want(t, http.StatusFound, http.MethodGet, who.Upload, who.Token, "", nil, nil)
	file := want(t, http.StatusOK, http.MethodGet, redirect.Header.Get("Location"), "", "", nil, nil)
	if !bytes.Equal(file.Body, who.Picture) || file.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the link yields %d bytes of %s, want the %d of the picture", len(file.Body), file.Header.Get("Content-Type"), len(who.Picture))
	}
	// D10: the link is nobody else's.
	want(t, http.StatusUnauthorized, http.MethodGet, who.Upload, "", "", nil, nil)
	want(t, http.StatusForbidden, http.MethodGet, strings.Split(redirect.Header.Get("Location"), "?")[0], "", "", nil, nil)
}

// remember finds what the journey left.
func remember(t *testing.T, who *learner) {
	t.Helper()
	var in struct{ AccessToken string }
	post(t, http.StatusOK, who.URL+"/api/auth/login", "", `{"email":"`+who.Email+`","password":"correct horse battery"}`, &in)
	get(t, who.URL+"/api/users/me", who.Token, nil) // the token from before: the keys are kept too
	who.Token = in.AccessToken
	checkDashboard(t, who)
	checkUpload(t, who)
}
