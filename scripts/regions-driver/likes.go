package main

import (
	"encoding/json"
	"fmt"
)

// checkLikes asks each region for the number of likes of each lesson.
func (w *work) checkLikes() *verdict {
	v := &verdict{}
	total, unsure := 0, 0
	for _, lesson := range w.lessons {
		least, most := 0, 0
		for _, p := range w.people {
			switch {
			case p.unsure[lesson]:
				most++
			case p.likes[lesson]:
				least, most = least+1, most+1
			}
		}
		total, unsure = total+least, unsure+most-least
		first := -1
		for region, name := range w.cloud.names {
			var got struct{ Metadata struct{ Likes int } }
			a := w.cloud.ask(region, "GET", "/api/lessons/"+lesson, w.people[0].AccessToken, nil)
			_ = json.Unmarshal(a.data, &got)
			likes := got.Metadata.Likes
			if !a.ok() || likes < least || likes > most {
				v.say("%s counts %d likes of %s, there are %d to %d (%d)", name, likes, lesson, least, most, a.status)
			}
			if region == 0 {
				first = likes
			} else if likes != first {
				v.say("%s counts %d likes of %s, %s %d", name, likes, lesson, w.cloud.names[0], first)
			}
		}
	}
	v.text = fmt.Sprintf("likes: %d changes answered, %d likes stand and %d have no answer", w.history.counts["likes"], total, unsure)
	v.claim = "counted exactly in every region"
	return v
}
