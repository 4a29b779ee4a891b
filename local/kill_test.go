package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"lyceum/local/bus"
	"lyceum/local/localtest"
)

// TestEventsSurviveAKill is kill -9 of everything, while events are on their way to consumers: each takes effect all the same, and once.
func TestEventsSurviveAKill(t *testing.T) {
	if *api != "" || os.Getenv(localtest.OtherDynamoDB) != "" {
		t.Skip("events come from the embedded DynamoDB")
	}
	data := t.TempDir()
	type person struct{ email, token string }
	var people []person
	for run := range 3 {
		cloud := goRun(t, "--data", data)
		fresh := make([]person, 4)
		var all sync.WaitGroup
		for i := range fresh {
			all.Go(func() {
				email := fmt.Sprintf("killed%d-%d@example.org", run, i)
				fresh[i] = person{email, graduate(t, cloud.URL, email)}
			})
		}
		all.Wait()
		people = append(people, fresh...)
		time.Sleep(time.Duration(run) * 40 * time.Millisecond)
		cloud.kill()
	}
	if t.Failed() {
		return
	}
	cloud := goRun(t, "--data", data)
	settled(t, cloud.URL)
	for _, p := range people {
		var certificates []struct{ Track string }
		if get(t, cloud.URL+"/api/certificates", p.token, &certificates); len(certificates) != 1 {
			t.Errorf("%s has %d certificates, want one", p.email, len(certificates))
		}
		letters := mails(t, cloud.URL, p.email)
		for _, m := range letters {
			if m.Text != letters[0].Text {
				t.Errorf("%s is greeted in two ways:\n%s\n%s", p.email, letters[0].Text, m.Text)
			}
		}
		if len(letters) == 0 {
			t.Errorf("%s is not greeted", p.email)
		}
	}
}

// graduate registers and completes every lesson of a track.
func graduate(t *testing.T, url, email string) (token string) {
	call := func(method, path, body string, out any) {
		r, err := send(method, url+path, token, "application/json", []byte(body))
		if err != nil || r.Status >= http.StatusBadRequest || json.Unmarshal(r.Data, out) != nil {
			t.Errorf("%s %s: %v %d %.200s", method, path, err, r.Status, r.Body)
		}
	}
	var in struct{ AccessToken string }
	call("POST", "/api/auth/register", `{"email":"`+email+`","username":"Ada","password":"correct horse battery"}`, &in)
	token = in.AccessToken
	var lessons []struct{ ID string }
	call("GET", "/api/lessons?track=dynamodb&limit=100", "", &lessons)
	if len(lessons) == 0 {
		t.Error("the track has no lessons")
	}
	for _, lesson := range lessons {
		call("POST", "/api/lessons/"+lesson.ID+"/complete", `{"score":80}`, &struct{}{})
	}
	return token
}

// settled waits until no event is on its way, and wants none in a queue.
func settled(t *testing.T, url string) {
	t.Helper()
	var page struct {
		Waiting  []json.RawMessage
		Dead     map[string][]json.RawMessage
		Outcomes []json.RawMessage
	}
	quiet := 0
	for deadline := time.Now().Add(2 * time.Minute); quiet < 10; time.Sleep(100 * time.Millisecond) {
		before := len(page.Outcomes)
		r, err := send("GET", url+bus.EventsPath, "", "", nil)
		if err != nil || json.Unmarshal(r.Body, &page) != nil {
			t.Fatalf("the events: %v %d %.200s", err, r.Status, r.Body)
		}
		if quiet++; len(page.Waiting) > 0 || len(page.Outcomes) != before {
			quiet = 0
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d events still wait", len(page.Waiting))
		}
	}
	for queue, messages := range page.Dead {
		if len(messages) > 0 {
			t.Errorf("%s holds %s", queue, messages)
		}
	}
}
