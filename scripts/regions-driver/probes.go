package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// probe is a request that is right whenever its region can serve it.
type probe struct {
	method, path string
	body         func() any
	want         int
	home         bool // needs the primary region where the identity table is eventually consistent
}

// probes go through what each kind of state serves.
func (w *work) probes(p *person) []*probe {
	lesson := "/api/lessons/" + w.lessons[0]
	as := func(body map[string]any) func() any { return func() any { return body } }
	fresh := func() string { return strings.ToLower(rand.Text()) + "@example.org" }
	user := uuid.MustParse(p.User.ID)
	link := map[string]any{"token": base64.RawURLEncoding.EncodeToString(append(user[:], make([]byte, 32)...)), "password": "no link opens this"}
	return []*probe{
		{"POST", "/api/auth/register", func() any {
			return map[string]string{"email": fresh(), "username": "Probe", "password": password("probe")}
		}, 201, true},
		{"POST", "/api/auth/password/reset", as(link), 400, true}, // nobody was sent this link: where it is known, it opens nothing
		{"POST", "/api/auth/email/verify", as(map[string]any{"token": link["token"]}), 400, true},
		{"POST", "/api/auth/password/forgot", func() any { return map[string]string{"email": fresh()} }, 202, false},
		{"POST", "/api/auth/login", as(map[string]any{"email": p.email, "password": p.passwords[0]}), 200, false},
		{"POST", "/api/auth/refresh", func() any { return map[string]string{"refreshToken": p.RefreshToken} }, 200, false},
		{"GET", "/api/auth/sessions", nil, 200, false},
		{"GET", "/api/users/me", nil, 200, false},
		{"PATCH", "/api/users/" + p.User.ID, func() any { return map[string]string{"username": "Probe " + rand.Text()[:8]} }, 200, true},
		{"GET", "/api/users/me/dashboard", nil, 200, false},
		{"GET", "/api/lessons", nil, 200, false},
		{"GET", lesson, nil, 200, false},
		{"POST", lesson + "/complete", as(map[string]any{"score": 50}), 200, false},
		{"PUT", lesson + "/position", func() any {
			return map[string]any{"position": 1, "duration": 2, "device": "probe", "clientTime": time.Now().UTC().Format("2006-01-02T15:04:05.000Z")}
		}, 200, false},
		{"PUT", lesson + "/like", nil, 200, false},
		{"GET", "/api/progress/stats", nil, 200, false},
		{"GET", "/api/uploads", nil, 200, false},
		{"POST", "/api/uploads/request", as(map[string]any{"fileName": "probe.png", "contentType": "image/png", "size": 100}), 201, false},
	}
}

// probeEvery keeps a minute of probes within the limits of sign-in and of asking for links.
const probeEvery = 7 * time.Second

// probeRoutes asks the regions for everything, again and again until ctx ends, and tells what could not be had and until when. Only what
// needs the primary may go on failing, where it was lost.
func (w *work) probeRoutes(ctx context.Context, p *person, regions []int, homeLost bool, since time.Time) *verdict {
	v := &verdict{}
	all := w.probes(p)
	tries, failed := map[*probe]int{}, map[*probe]int{}
	status, last, good := map[*probe]int{}, map[*probe]time.Time{}, map[*probe]time.Time{}
	for first := true; first || ctx.Err() == nil; first = false {
		for _, probe := range all {
			for _, region := range regions {
				var body any
				if probe.body != nil {
					body = probe.body()
				}
				got := w.cloud.call(region, probe.method, probe.path, p.AccessToken, body)
				if tries[probe]++; got.status != probe.want {
					failed[probe]++
					status[probe], last[probe] = got.status, time.Now()
				} else {
					good[probe] = time.Now()
				}
				if strings.HasSuffix(probe.path, "/refresh") && got.ok() {
					_ = json.Unmarshal(got.data, &p.session)
				}
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(probeEvery):
		}
	}
	over := time.Since(since).Round(time.Second)
	var notes []string
	for _, probe := range all {
		expected := probe.home && homeLost
		route := probe.method + " " + strings.NewReplacer(w.lessons[0], "{id}", p.User.ID, "{id}").Replace(probe.path)
		switch {
		case expected && good[probe].IsZero():
			notes = append(notes, fmt.Sprintf("%s %d for all %v, as it needs the primary", route, status[probe], over))
		case expected:
			v.say("%s: %d of %d tries worked without the primary", route, tries[probe]-failed[probe], tries[probe])
		case failed[probe] > 0:
			v.say("%s: %d of %d tries failed, the last with %d %v after the stop", route, failed[probe], tries[probe], status[probe], last[probe].Sub(since).Round(time.Second))
		}
	}
	v.text = fmt.Sprintf("routes: %d asked of the regions that are left for %v after the stop, %d served throughout", len(all), over, len(all)-len(notes)-len(v.broken))
	if len(notes) > 0 {
		v.text += "; " + strings.Join(notes, "; ")
	}
	return v
}
