package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"sync"
)

// learned is what a region says of a user and a lesson.
type learned struct {
	Completed           bool
	BestScore, Attempts int
}

func (w *work) learned(region int, p *person, lesson string) (got learned, status int) {
	a := w.cloud.ask(region, "GET", "/api/progress/"+lesson, p.AccessToken, nil)
	if a.ok() {
		_ = json.Unmarshal(a.data, &got)
	}
	return got, a.status
}

// checkProgress compares what users completed with what each region says of it.
func (w *work) checkProgress() *verdict {
	v := &verdict{}
	var mu sync.Mutex
	answered, unanswered, lost := 0, 0, 0
	w.each(func(p *person) {
		for _, lesson := range w.lessons {
			least, most := len(p.attempts[lesson]), len(p.attempts[lesson])+len(p.maybe[lesson])
			mu.Lock()
			answered, unanswered = answered+least, unanswered+most-least
			mu.Unlock()
			for region, name := range w.cloud.names {
				got, status := w.learned(region, p, lesson)
				best, done := p.best[lesson]
				switch {
				case status != http.StatusOK && status != http.StatusNotFound:
					v.say("%s: %s answers %d to progress", p.name, name, status)
				case done && !got.Completed, got.Attempts < least:
					mu.Lock()
					lost += max(1, least-got.Attempts)
					mu.Unlock()
					v.say("%s: %s counts %d attempts at %s, %d were answered", p.name, name, got.Attempts, lesson, least)
				case got.Attempts > most:
					v.say("%s: %s counts %d attempts at %s, there were %d", p.name, name, got.Attempts, lesson, most)
				case done && got.BestScore < best:
					v.say("%s: %s has the best score %d of %s, %d was answered", p.name, name, got.BestScore, lesson, best)
				}
			}
		}
	})
	v.text = fmt.Sprintf("completions: %d answered, %d lost, %d more without answer", answered, lost, unanswered)
	v.claim = "attempts and best scores right in every region"
	return v
}

// checkTotals compares each region's statistics with its own lessons, and the dashboards of all regions.
func (w *work) checkTotals() *verdict {
	v := &verdict{}
	w.each(func(p *person) {
		first := ""
		for region, name := range w.cloud.names {
			done, sum := 0, 0
			for _, lesson := range w.lessons {
				if got, _ := w.learned(region, p, lesson); got.Completed {
					done, sum = done+1, sum+got.BestScore
				}
			}
			var dashboard struct {
				Stats struct {
					Completed    int
					AverageScore float64
				}
			}
			a := w.cloud.ask(region, "GET", "/api/users/me/dashboard", p.AccessToken, nil)
			_ = json.Unmarshal(a.data, &dashboard)
			got := dashboard.Stats
			if got.Completed != done || done > 0 && math.Abs(got.AverageScore-float64(sum)/float64(done)) > 0.06 {
				v.say("%s: %s's statistics say %d completed, average %.2f; it is %d and %d/%d", p.name, name, got.Completed, got.AverageScore, done, sum, done)
			}
			if first == "" {
				first = string(a.data)
			} else if first != string(a.data) {
				v.say("%s: the dashboards differ between %s and %s", p.name, w.cloud.names[0], name)
			}
		}
	})
	v.text, v.claim = fmt.Sprintf("statistics: of %d users in %d regions", len(w.people), len(w.cloud.names)), "exact in every region, and all dashboards equal"
	return v
}
