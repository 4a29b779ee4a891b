package main_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// apis are the addresses of each region's API, in the banner's order.
var apis = regexp.MustCompile(`(?m)^  [a-z0-9-]+ +(http://\S+)/api +http://\S+ +http://\S+$`)

// TestRegions runs a whole stack in each of three regions: of one set, where accounts are strongly consistent, and on three continents, where
// the first region decides who has an address.
func TestRegions(t *testing.T) {
	if *api != "" {
		t.Skip("it starts servers of its own")
	}
	for _, tt := range []struct{ name, regions string }{
		{"strong", "us-east-1,us-east-2,us-west-2"}, {"home", "us-east-1,eu-west-1,ap-northeast-1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := goRun(t, "--data", t.TempDir(), "--regions", tt.regions)
			var urls []string
			for _, m := range apis.FindAllStringSubmatch(cloud.output.String(), -1) {
				urls = append(urls, m[1])
			}
			if len(urls) != 3 {
				t.Fatalf("got the addresses %q in\n%s", urls, cloud.output)
			}
			names := strings.Split(tt.regions, ",")
			for i, url := range urls {
				var health struct{ Region string }
				if get(t, url+"/api/health", "", &health); health.Region != names[i] {
					t.Errorf("%s is in %q, want %q", url, health.Region, names[i])
				}
			}
			who := &learner{URL: urls[1]}
			signUp(t, who)
			register := func(url, email string) int {
				t.Helper()
				status, _ := request(t, "POST", url+"/api/auth/register", "", `{"email":"`+email+`","username":"Ada","password":"correct horse battery"}`)
				return status
			}
			for _, url := range urls {
				if got := register(url, who.Email); got != http.StatusConflict {
					t.Errorf("the same address again: got %d, want 409", got)
				}
			}
			quiet(t, urls[0])
			apart := func(lag string) {
				for i, name := range names {
					change(t, urls[0], `{"do":"link","a":"`+name+`","b":"`+names[(i+1)%3]+`","lag":"`+lag+`"}`)
				}
			}
			apart("500ms")             // so that no region knows of what the others were told
			for _, url := range urls { // the sample lessons and the account are everywhere
				there := &learner{URL: url, Token: who.Token}
				var me struct{ Email string }
				if get(t, url+"/api/users/me", who.Token, &me); me.Email != who.Email {
					t.Errorf("%s knows %q", url, me.Email)
				}
				var lessons []struct{ ID string }
				get(t, url+"/api/lessons?limit=1", there.Token, &lessons)
				var lesson struct{ Content string }
				if get(t, url+"/api/lessons/"+lessons[0].ID, there.Token, &lesson); lesson.Content == "" {
					t.Errorf("%s has no content", url)
				}
				status, text := request(t, "POST", url+"/api/lessons/"+lessons[0].ID+"/complete", there.Token, `{"score":80}`)
				if status != http.StatusOK {
					t.Errorf("%s: got %d %s", url, status, text)
				}
			}
			quiet(t, urls[0])
			for _, url := range urls {
				var dashboard struct{ Stats struct{ Completed int } }
				if get(t, url+"/api/users/me/dashboard", who.Token, &dashboard); dashboard.Stats.Completed != 1 {
					t.Errorf("%s: got %d lessons completed, want the one, wherever it was", url, dashboard.Stats.Completed)
				}
			}
			apart("20ms")
			var me struct{ ID string }
			get(t, urls[1]+"/api/users/me", who.Token, &me)
			if got, text := request(t, "PATCH", urls[1]+"/api/users/"+me.ID, who.Token, `{"username":"Bea"}`); got != http.StatusOK {
				t.Errorf("renamed away from home: got %d %s", got, text)
			}
			change(t, urls[0], `{"do":"isolate","region":"`+names[2]+`"}`)
			if got := register(urls[2], "cut-off@example.org"); got != http.StatusServiceUnavailable {
				t.Errorf("cut off: got %d, want 503", got)
			}
			if got := register(urls[1], "others@example.org"); got != http.StatusCreated {
				t.Errorf("the others: got %d", got)
			}
			change(t, urls[0], `{"do":"stop","region":"`+names[1]+`"}`)
			if res, err := client.Get(urls[1] + "/api/health"); err == nil {
				t.Errorf("a stopped region answers %d", res.StatusCode)
			}
			change(t, urls[0], `{"do":"heal"}`)
			if got := register(urls[2], "cut-off@example.org"); got != http.StatusCreated && got != http.StatusConflict {
				t.Errorf("healed: got %d", got)
			}
			quiet(t, urls[2])
			if got, text := request(t, "DELETE", urls[2]+"/api/users/me", who.Token, `{"password":"correct horse battery"}`); got != http.StatusOK {
				t.Errorf("erased away from home: got %d %s", got, text)
			}
			if got := register(urls[1], who.Email); got != http.StatusCreated {
				t.Errorf("the address of who is gone: got %d, want 201", got)
			}
		})
	}
}

// request answers status and body.
func request(t *testing.T, method, url, token, body string) (int, string) {
	t.Helper()
	r, err := send(method, url, token, "application/json", []byte(body))
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return r.Status, string(r.Body)
}

func change(t *testing.T, url, body string) {
	t.Helper()
	if status, text := request(t, "POST", url+"/_local/regions", "", body); status != http.StatusOK {
		t.Fatalf("%s: got %d %s", body, status, text)
	}
}

// quiet waits until everything has arrived everywhere, and consumers have nothing to do.
func quiet(t *testing.T, url string) {
	t.Helper()
	begin := time.Now()
	if status, text := request(t, "GET", url+"/_local/regions/quiet", "", ""); status != http.StatusNoContent {
		t.Fatalf("got %d %s after %v", status, text, time.Since(begin))
	}
}
