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

// entry is a lesson as a region has it, nil for one that was deleted, with the version that decides
// which write stays.
type entry struct {
	version int
	lesson  *domain.Lesson
}

// walk is a catalogue that editors change, beside learners, in regions among which every item
// travels by itself, in any order.
type walk struct {
	t       *testing.T
	random  *mathrand.Rand
	names   []string
	shelves map[string]map[domain.LessonID]entry // by region
	waits   map[string]bool                      // whether a region has a pass to make
	pupils  []*pupil
	due     []func()
	version int
}

// pupil is one learner's data in all regions.
type pupil struct {
	*world
	told map[domain.Track]bool
}

func newWalk(t *testing.T, seed uint64, pupils int) *walk {
	w := &walk{
		t: t, random: mathrand.New(mathrand.NewPCG(15, seed)), names: []string{"ap", "eu", "us"},
		shelves: map[string]map[domain.LessonID]entry{}, waits: map[string]bool{},
	}
	for _, name := range w.names {
		w.shelves[name] = map[domain.LessonID]entry{}
	}
	for range pupils {
		w.pupils = append(w.pupils, &pupil{newWorld(nil, w.names...), map[domain.Track]bool{}})
	}
	return w
}

func (w *walk) later(do func()) { w.due = append(w.due, do) }

// some does up to n of the things that are due, in any order.
func (w *walk) some(n int) {
	for ; n > 0 && len(w.due) > 0; n-- {
		i := w.random.IntN(len(w.due))
		do := w.due[i]
		w.due[i] = w.due[len(w.due)-1]
		w.due = w.due[:len(w.due)-1]
		do()
	}
}

func (w *walk) any() string { return w.names[w.random.IntN(len(w.names))] }

// edit changes a lesson in a region, tells every region, and brings the lesson there.
func (w *walk) edit(name string, id domain.LessonID, change func(*domain.LessonState) (gone bool)) {
	before := w.shelves[name][id]
	state := domain.LessonState{ID: id}
	if before.lesson != nil {
		state = before.lesson.State()
	}
	w.version++
	now := entry{version: w.version}
	if !change(&state) {
		now.lesson = domain.RestoreLesson(state)
	}
	for _, to := range w.names {
		bring := func() {
			if w.shelves[to][id].version < now.version {
				w.shelves[to][id] = now
			}
		}
		if to == name {
			bring()
		} else {
			w.later(bring)
		}
		var changed func()
		changed = func() { // the event waits for its lesson, as follow-catalogue does
			if w.shelves[to][id].version < now.version {
				w.later(changed)
				return
			}
			if !w.waits[to] {
				w.waits[to] = true
				w.later(func() { w.pass(to) })
			}
		}
		w.later(changed)
	}
}

// pass goes through all learners, one by one.
func (w *walk) pass(region string) {
	w.waits[region] = false
	for _, p := range w.pupils {
		w.later(func() { w.follow(p, region) })
	}
}

func (w *walk) follow(p *pupil, region string) {
	whole := w.study(p, region)
	behind := whole.Behind()
	if len(behind.Lessons) == 0 && !behind.List && !behind.Track {
		return
	}
	open := domain.Open(whole.Progress, whole.Lessons)
	w.learn(p, region, func(s *domain.Study) error { return s.Follow(open, whole.Progress) })
}

func (w *walk) study(p *pupil, region string) *domain.Study {
	r := p.in(region)
	state := domain.StudyState{
		Region: region, Lessons: map[domain.LessonID]*domain.Lesson{}, Progress: map[domain.LessonID]*domain.Progress{},
		Summaries: maps.Clone(r.summaries), Resumes: maps.Clone(r.resumes), Published: domain.CatalogueCounts{Tracks: map[domain.Track]int{}},
	}
	for i := range 20 {
		state.Progress[lessonNamed(i)] = domain.RestoreProgress(lessonNamed(i), region, r.shards[lessonNamed(i)])
	}
	for id, e := range w.shelves[region] {
		if e.lesson == nil {
			continue
		}
		state.Lessons[id] = e.lesson
		if s := e.lesson.State(); s.Published {
			state.Published.Total++
			state.Published.Tracks[s.Track]++
		}
	}
	state.Whole = func(s *domain.Study, track domain.Track) (bool, error) { return whole(s, track), nil }
	return domain.RestoreStudy(state)
}

func whole(s *domain.Study, track domain.Track) bool {
	n := 0
	for id, lesson := range s.Lessons {
		if lesson.State().Published && lesson.State().Track == track {
			if n++; !s.Progress[id].Standing().Completed() {
				return false
			}
		}
	}
	return n > 0
}

func (p *pupil) in(region string) *replica {
	return p.regions[slices.IndexFunc(p.regions, func(r *replica) bool { return r.name == region })]
}

// learn loads, changes, and saves some time later unless the region's items have changed.
func (w *walk) learn(p *pupil, region string, change func(*domain.Study) error) {
	r, s := p.in(region), w.study(p, region)
	if err := change(s); err != nil {
		return // no such lesson here
	}
	events, err := s.Events(noon, rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	w.later(func() {
		summary, summarised := s.Summary()
		resume, resumed := s.Resume()
		stale := summarised && r.summaries[region].Version != summary.Version || resumed && r.resumes[region].Version != resume.Version
		for _, id := range s.Changed() {
			stale = stale || r.shards[id][region].Version != s.Progress[id].Mine().Version
		}
		if stale {
			w.learn(p, region, change)
			return
		}
		for _, e := range events {
			if e.Type == domain.TrackCompleted {
				p.told[domain.RestoreTrack(e.Data["track"])] = true
			}
		}
		for _, id := range s.Changed() {
			shard := s.Progress[id].Mine()
			shard.Version++
			for _, to := range w.names {
				w.travel(region, to, func(at *replica) { w.put(p, at, region, id, shard) }, p)
			}
		}
		if summarised {
			summary.Version++
			for _, to := range w.names {
				w.travel(region, to, func(at *replica) {
					if at.summaries[region].Version < summary.Version {
						at.summaries[region] = summary
						if len(summary.Recent) > 0 {
							w.settleLater(p, at.name, summary.Recent[0].LessonID)
						}
					}
				}, p)
			}
		}
		if resumed {
			resume.Version++
			for _, to := range w.names {
				w.travel(region, to, func(at *replica) {
					if at.resumes[region].Version < resume.Version {
						at.resumes[region] = resume
					}
				}, p)
			}
		}
	})
}

func (w *walk) travel(from, to string, do func(*replica), p *pupil) {
	if from == to {
		do(p.in(to))
		return
	}
	w.later(func() { do(p.in(to)) })
}

func (w *walk) put(p *pupil, at *replica, of string, id domain.LessonID, shard domain.Shard) {
	if at.shards[id] == nil {
		at.shards[id] = map[string]domain.Shard{}
	}
	if at.shards[id][of].Version < shard.Version {
		at.shards[id][of] = shard
		if shard.Counts() {
			w.settleLater(p, at.name, id)
		}
	}
}

func (w *walk) settleLater(p *pupil, region string, id domain.LessonID) {
	w.later(func() { w.learn(p, region, func(s *domain.Study) error { return s.Settle(id) }) })
}

// step is one random change of the catalogue: move, delete, unpublish, publish, new lesson, rename,
// or an import that says all at once.
func (w *walk) step(n int) {
	track := domain.RestoreTrack([]string{"go", "rust", "sql"}[w.random.IntN(3)])
	kind, id := w.random.IntN(7), lessonNamed(w.random.IntN(20))
	w.edit(w.any(), id, func(s *domain.LessonState) bool {
		fresh := s.Title == ""
		if fresh || kind == 6 {
			s.Title, s.Track, s.Published = fmt.Sprint("Import ", n), track, w.random.IntN(3) > 0
			return false
		}
		switch kind {
		case 0:
			s.Track = track
		case 1:
			return true
		case 2:
			s.Published = false
		case 3, 4:
			s.Published = true
		case 5:
			s.Title = fmt.Sprint("Lesson ", n)
		}
		return false
	})
}

func (w *walk) study1(p *pupil, n int) {
	id, at := lessonNamed(w.random.IntN(20)), noon.Add(time.Duration(n)*time.Minute)
	w.learn(p, w.any(), func(s *domain.Study) (err error) {
		if n%3 == 0 {
			_, err = s.SavePosition(id, domain.Position{Value: n, At: at})
		} else {
			_, err = s.Complete(id, attempt(w.t, domain.Score(n%101), at))
		}
		return err
	})
}

// After any changes of the catalogue beside any work of learners, in three regions whose items
// travel in any order, all that learners see follows from the catalogue and their history, as if it
// were counted from nothing.
func TestWhatLearnersSeeFollowsTheCatalogue(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("walk ", seed), func(t *testing.T) {
			t.Parallel()
			w := newWalk(t, seed, 50)
			for n := range 500 {
				w.step(n)
				w.study1(w.pupils[w.random.IntN(len(w.pupils))], n)
				w.some(w.random.IntN(60))
			}
			w.some(50_000_000)
			if len(w.due) > 0 {
				t.Fatal("it never ends")
			}
			for i, p := range w.pupils {
				for _, region := range w.names {
					w.compare(fmt.Sprint("learner ", i, " in ", region), p, region)
				}
			}
		})
	}
}

// compare counts from nothing.
func (w *walk) compare(who string, p *pupil, region string) {
	w.t.Helper()
	s := w.study(p, region)
	var total domain.Tally
	tracks := map[domain.Track]domain.Tally{}
	for id, progress := range s.Progress {
		now, lesson := progress.Standing(), s.Lessons[id]
		if lesson == nil || !lesson.State().Published || !now.Completed() {
			continue
		}
		track := lesson.State().Track
		total = domain.Tally{Completed: total.Completed + 1, ScoreSum: total.ScoreSum + int(now.BestScore)}
		tracks[track] = domain.Tally{Completed: tracks[track].Completed + 1, ScoreSum: tracks[track].ScoreSum + int(now.BestScore)}
	}
	merged := domain.MergeSummaries(slices.Collect(maps.Values(p.in(region).summaries)))
	if merged.Total != total {
		w.t.Errorf("%s: total %+v, want %+v", who, merged.Total, total)
	}
	for track := range s.Published.Tracks {
		if got := merged.Tracks[track].Tally; got != tracks[track] {
			w.t.Errorf("%s: track %s %+v, want %+v", who, track, got, tracks[track])
		}
		if whole(s, track) && !p.told[track] {
			w.t.Errorf("%s: track %s is complete and nobody was told", who, track)
		}
	}
	open := domain.Open(s.Progress, s.Lessons)
	want := fmt.Sprint(open[:min(len(open), domain.ResumeShown)])
	got := fmt.Sprint(domain.ShowResume(domain.MergeResumes(slices.Collect(maps.Values(p.in(region).resumes)), merged.Recent), s.Lessons))
	if got != want {
		w.t.Errorf("%s: lists %s, want %s", who, got, want)
	}
}
