package domain_test

import (
	"crypto/rand"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"testing"
	"time"

	"lyceum/shared/domain"
)

// settling is a world in which items travel one by one, in any order, and whatever is read may be old by the time it is written.
type settling struct {
	*world
	t      *testing.T
	random *mathrand.Rand
	due    []func() // what can happen next
}

func (s *settling) later(do func()) { s.due = append(s.due, do) }

// run does what is due, in any order, until nothing is.
func (s *settling) run() {
	for n := 0; len(s.due) > 0; n++ {
		if n > 10_000 {
			s.t.Fatal("it never ends")
		}
		i := s.random.IntN(len(s.due))
		do := s.due[i]
		s.due = slices.Delete(s.due, i, i+1)
		do()
	}
}

// learn loads what a region knows, changes it, and saves it some time later, unless the region's own items have changed: then all is done again.
func (s *settling) learn(r *replica, change func(*domain.Study) error) {
	study := s.study(r)
	if err := change(study); err != nil {
		s.t.Fatal(err)
	}
	events, err := study.Events(noon, rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	s.later(func() {
		summary, summarised := study.Summary()
		stale := summarised && r.summaries[r.name].Version != summary.Version
		for _, id := range study.Changed() {
			stale = stale || r.shards[id][r.name].Version != study.Progress[id].Mine().Version
		}
		if stale {
			s.learn(r, change)
			return
		}
		for _, id := range study.Changed() {
			shard := study.Progress[id].Mine()
			shard.Version++
			s.put(r, r.name, id, shard)
			s.toOthers(r, func(other *replica) { s.put(other, r.name, id, shard) })
		}
		if summarised {
			summary.Version++
			s.sum(r, r.name, summary)
			s.toOthers(r, func(other *replica) { s.sum(other, r.name, summary) })
		}
		s.events = append(s.events, events...)
	})
}

// put writes a shard, or brings a copy of it unless a newer one was there first. Either way the region's function is told if the shard counts.
func (s *settling) put(r *replica, of string, id domain.LessonID, shard domain.Shard) {
	if r.shards[id][of].Version >= shard.Version {
		return
	}
	r.shards[id][of] = shard
	if shard.Counts() {
		s.settleLater(r, id)
	}
}

// sum does the same with a summary.
func (s *settling) sum(r *replica, of string, summary domain.Summary) {
	if r.summaries[of].Version >= summary.Version {
		return
	}
	r.summaries[of] = summary
	if len(summary.Recent) > 0 {
		s.settleLater(r, summary.Recent[0].LessonID)
	}
}

func (s *settling) settleLater(r *replica, id domain.LessonID) {
	s.later(func() { s.learn(r, func(study *domain.Study) error { return study.Settle(id) }) })
}

func (s *settling) toOthers(from *replica, do func(*replica)) {
	for _, other := range s.regions {
		if other != from {
			s.later(func() { do(other) })
		}
	}
}

// Whatever the regions did not know of each other, the totals are exact everywhere once the last item has arrived, without another change by
// the learner, and a track that the regions completed together is told of.
func TestCountsSettle(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4000) {
		r := mathrand.New(mathrand.NewPCG(7, seed))
		lessons := lessonsOfTrack(goTrack, 2)
		s := &settling{world: newWorld(lessons, []string{"ap", "eu", "us"}[:2+r.IntN(2)]...), t: t, random: r}
		for _, c := range anyChanges(t, r) {
			if lessons[c.lesson] == nil {
				continue // of a third lesson
			}
			s.later(func() {
				s.learn(s.regions[r.IntN(len(s.regions))], func(study *domain.Study) error {
					_, err := c.apply(study)
					return err
				})
			})
		}
		s.run()
		var want domain.Tally
		for _, p := range s.study(s.regions[0]).Progress {
			if now := p.Standing(); now.Completed() {
				want.Completed, want.ScoreSum = want.Completed+1, want.ScoreSum+int(now.BestScore)
			}
		}
		for _, region := range s.regions {
			if got := domain.MergeSummaries(slices.Collect(maps.Values(region.summaries))).Total; got != want {
				t.Fatalf("seed %d: %s counts %+v, want %+v", seed, region.name, got, want)
			}
		}
		told := slices.ContainsFunc(s.events, func(e domain.Event) bool { return e.Type == domain.TrackCompleted })
		if whole := want.Completed == len(lessons); told != whole {
			t.Fatalf("seed %d: all completed: %v, told: %v", seed, whole, told)
		}
	}
}

// A region that the learner came to later has no part in what was counted before: one of those that counted settles it.
func TestOneOfThoseThatCountedSettles(t *testing.T) {
	t.Parallel()
	w := newWorld(lessonsOfTrack(goTrack, 2), "ap", "eu", "us")
	for i, r := range w.regions {
		w.deliver(t, r, change{lesson: lessonNamed(i / 2), attempt: attempt(t, 50, noon)})
		summary := r.summaries[r.name]
		summary.Version++
		r.summaries[r.name] = summary
	}
	w.settle()
	for _, r := range w.regions {
		s := w.study(r)
		if err := s.Settle(lessonNamed(0)); err != nil {
			t.Fatal(err)
		}
		if acts := len(s.Changed()) > 0; acts != (r.name == "eu") {
			t.Errorf("%s counts anew: %v", r.name, acts)
		}
	}
}

// D42: a like that two regions counted before they heard of each other counts once when everything has arrived, without another change.
func TestD42LikesSettle(t *testing.T) {
	t.Parallel()
	r := mathrand.New(mathrand.NewPCG(42, 7))
	for range 10_000 {
		w := newLikeWorld([]string{"ap", "eu", "us"}[:2+r.IntN(2)]...)
		settle := func(region string) {
			if like := domain.RestoreLike(region, w.known[region]); like.Settles() {
				if change := like.Settle(); change != 0 {
					w.save(region, like, change)
				}
			}
		}
		for range 1 + r.IntN(8) {
			region := w.regions[r.IntN(len(w.regions))]
			w.set(region, r.IntN(2) == 0, noon.Add(time.Duration(r.IntN(5))*time.Second))
			settle(region)
			for len(w.pending) > 0 && r.IntN(3) > 0 {
				to := w.pending[0].to
				w.deliver(0)
				settle(to)
			}
		}
		for n := 0; len(w.pending) > 0; n++ {
			i := r.IntN(len(w.pending))
			to := w.pending[i].to
			w.deliver(i)
			if settle(to); n > 1000 {
				t.Fatal("it never ends")
			}
		}
		if liked := domain.RestoreLike("ap", w.known["ap"]).Liked(); w.count() != number(liked) {
			t.Fatalf("count %d, liked %v, shards %+v", w.count(), liked, w.known)
		}
	}
}
