package domain_test

import (
	"crypto/rand"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"testing"
	"time"

	"lyceum/shared/domain"
)

// replica is what one region has stored of one learner.
type replica struct {
	name      string
	shards    map[domain.LessonID]map[string]domain.Shard
	summaries map[string]domain.Summary
	resumes   map[string]domain.Resume
}

// world is a learner's data in several regions.
type world struct {
	regions []*replica
	lessons map[domain.LessonID]*domain.Lesson
	events  []domain.Event
}

func newWorld(lessons map[domain.LessonID]*domain.Lesson, names ...string) *world {
	w := &world{lessons: lessons}
	for _, name := range names {
		r := &replica{name, map[domain.LessonID]map[string]domain.Shard{}, map[string]domain.Summary{}, map[string]domain.Resume{}}
		for id := range lessons {
			r.shards[id] = map[string]domain.Shard{}
		}
		for _, other := range names {
			r.summaries[other], r.resumes[other] = domain.Summary{}, domain.Resume{}
		}
		w.regions = append(w.regions, r)
	}
	return w
}

// study is what a region knows.
func (w *world) study(r *replica) *domain.Study {
	published := domain.CatalogueCounts{Tracks: map[domain.Track]int{}}
	progress := map[domain.LessonID]*domain.Progress{}
	for id, lesson := range w.lessons {
		progress[id] = domain.RestoreProgress(id, r.name, r.shards[id])
		published.Total++
		published.Tracks[lesson.State().Track]++
	}
	return domain.RestoreStudy(domain.StudyState{
		Region: r.name, Lessons: w.lessons, Progress: progress, Summaries: maps.Clone(r.summaries), Resumes: maps.Clone(r.resumes), Published: published,
		Whole: func(s *domain.Study, track domain.Track) (bool, error) {
			for id, lesson := range w.lessons {
				if lesson.State().Track == track && !s.Progress[id].Standing().Completed() {
					return false, nil
				}
			}
			return true, nil
		},
	})
}

// deliver hands a region a change.
func (w *world) deliver(t testing.TB, r *replica, c change) domain.Outcome {
	t.Helper()
	s := w.study(r)
	outcome, err := c.apply(s)
	if err != nil {
		t.Fatal(err)
	}
	events, err := s.Events(noon, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.events = append(w.events, events...)
	for _, id := range s.Changed() {
		r.shards[id][r.name] = s.Progress[id].Mine()
	}
	r.summaries[r.name], _ = s.Summary()
	r.resumes[r.name], _ = s.Resume()
	return outcome
}

// hear copies some of what from wrote to r; all of it if whole. Items come one by one, in any order.
func (r *replica) hear(from *replica, some func() bool) {
	for id, shards := range from.shards {
		if s, ok := shards[from.name]; ok && some() {
			r.shards[id][from.name] = s
		}
	}
	if some() {
		r.summaries[from.name] = from.summaries[from.name]
	}
	if some() {
		r.resumes[from.name] = from.resumes[from.name]
	}
}

func (w *world) settle() {
	for _, r := range w.regions {
		for _, other := range w.regions {
			if r != other {
				r.hear(other, func() bool { return true })
			}
		}
	}
}

// seen is all that a region would show.
func (w *world) seen(r *replica) string {
	summary := domain.MergeSummaries(slices.Collect(maps.Values(r.summaries)))
	text := fmt.Sprint(summary.Total, summary.Recent, summary.Days, domain.MergeResumes(slices.Collect(maps.Values(r.resumes)), summary.Recent))
	for track, t := range summary.Tracks {
		text += fmt.Sprint(track, t.Tally)
	}
	s := w.study(r)
	for i := range len(w.lessons) {
		text += fmt.Sprintf("\n%+v", s.Progress[lessonNamed(i)].Standing())
	}
	return text
}

// change is a completion, or a position if that is not zero.
type change struct {
	lesson   domain.LessonID
	attempt  domain.Attempt
	position domain.Position
}

func (c change) apply(s *domain.Study) (domain.Outcome, error) {
	if c.position.IsZero() {
		return s.Complete(c.lesson, c.attempt)
	}
	return s.SavePosition(c.lesson, c.position)
}

func lessonsOfTrack(track domain.Track, n int) map[domain.LessonID]*domain.Lesson {
	lessons := map[domain.LessonID]*domain.Lesson{}
	for i := range n {
		id := lessonNamed(i)
		lessons[id] = domain.RestoreLesson(domain.LessonState{ID: id, Title: fmt.Sprint("Lesson ", i), Track: track, Published: true})
	}
	return lessons
}

// anyChanges are what three devices did to three lessons, with clocks that can be the same.
func anyChanges(t testing.TB, r *mathrand.Rand) (changes []change) {
	for range 4 + r.IntN(6) {
		c := change{lesson: lessonNamed(r.IntN(3))}
		at := noon.Add(time.Duration(r.IntN(6)) * 20 * time.Hour)
		if r.IntN(2) == 0 {
			c.attempt = domain.Attempt{ID: newID[domain.Attempt](t, at, rand.Reader), Score: domain.Score(r.IntN(101)), At: at}
		} else {
			c.position = domain.Position{Value: r.IntN(100), Percent: r.IntN(2) == 0, Device: string(rune('a' + r.IntN(3))), At: at}
		}
		changes = append(changes, c)
	}
	return changes
}

// In 10,000 interleavings of what three devices did, delivered to three regions in any order and any number of times, while the regions hear
// of each other's items one by one, the best score never falls, the first completion never moves to later, and the end is the same.
func TestD44D45EveryOrderAndRepetitionGivesTheSameState(t *testing.T) {
	t.Parallel()
	for part := range 10 {
		t.Run(fmt.Sprint("part ", part), func(t *testing.T) {
			t.Parallel()
			for set := range 50 {
				r := mathrand.New(mathrand.NewPCG(uint64(part), uint64(set)))
				lessons, changes, want := lessonsOfTrack(goTrack, 3), anyChanges(t, r), ""
				for order := range 20 {
					w := newWorld(lessons, []string{"ap", "eu", "us"}[:1+r.IntN(3)]...)
					w.interleave(t, r, changes)
					for _, region := range w.regions {
						got := w.seen(region)
						if want == "" {
							want = got
						}
						if got != want {
							t.Fatalf("set %d, order %d, seen from %s of %d:\n%s\nwant\n%s", set, order, region.name, len(w.regions), got, want)
						}
					}
				}
			}
		})
	}
}

// interleave delivers the changes, some of them again and again, and in the end all of them to one region that has heard of everything.
func (w *world) interleave(t *testing.T, r *mathrand.Rand, changes []change) {
	t.Helper()
	sent := slices.Clone(changes)
	for range r.IntN(len(changes)) {
		sent = append(sent, changes[r.IntN(len(changes))])
	}
	r.Shuffle(len(sent), func(i, j int) { sent[i], sent[j] = sent[j], sent[i] })
	for _, c := range sent {
		region := w.regions[r.IntN(len(w.regions))]
		before := w.study(region).Progress[c.lesson].Standing()
		w.deliver(t, region, c)
		after := w.study(region).Progress[c.lesson].Standing()
		if after.BestScore < before.BestScore || before.Completed() && after.FirstCompletedAt.After(before.FirstCompletedAt) || after.Attempts < before.Attempts {
			t.Fatalf("%+v became %+v", before, after)
		}
		if r.IntN(2) == 0 {
			region.hear(w.regions[r.IntN(len(w.regions))], func() bool { return r.IntN(2) == 0 })
		}
	}
	w.settle()
	for _, c := range changes {
		if outcome := w.deliver(t, w.regions[0], c); outcome == domain.Applied {
			t.Fatalf("%+v was applied again", c)
		}
	}
	w.settle()
}
