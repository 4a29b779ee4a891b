package domain_test

import (
	"cmp"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lyceum/shared/domain"
)

// D43: −5, a billion and fractions were scores. Fractions cannot reach ParseScore; the binding refuses them.
func TestD43ScoreIsAWholeNumberFrom0To100(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 50, 99, 100} {
		if got, err := domain.ParseScore(n); err != nil || int(got) != n {
			t.Errorf("ParseScore(%d) = %d, %v; want it back", n, got, err)
		}
	}
	for _, n := range []int{-1, -5, 101, 1_000_000_000, math.MinInt, math.MaxInt} {
		if got, err := domain.ParseScore(n); !errors.Is(err, domain.ErrScore) || got != 0 {
			t.Errorf("ParseScore(%d) = %d, %v; want ErrScore", n, got, err)
		}
	}
}

// untouched is a lesson never done, seen from a region.
func untouched(t *testing.T, region string) *domain.Progress {
	return domain.RestoreProgress(newID[domain.Lesson](t, noon, seeded(1)), region, nil)
}

// D44: a worse retry overwrote the best score.
func TestD44TheBestScoreNeverFalls(t *testing.T) {
	t.Parallel()
	p := untouched(t, "us")
	for i, step := range []struct {
		score, best domain.Score
		sum         int // what the totals change by
	}{{60, 60, 60}, {90, 90, 30}, {40, 90, 0}, {0, 90, 0}, {100, 100, 10}} {
		change, _ := p.Complete(step.score, noon.Add(time.Duration(i)*time.Hour))
		got := p.Merged()
		if got.BestScore != step.best || got.LastScore != step.score || got.Attempts != i+1 || change.ScoreSum != step.sum {
			t.Errorf("after %d: best %d, last %d, attempts %d, sum %+d; want %d, %d, %d, %+d",
				step.score, got.BestScore, got.LastScore, got.Attempts, change.ScoreSum, step.best, step.score, i+1, step.sum)
		}
	}
}

// D45: each retry moved the time of completion, and nothing told of the first one.
func TestD45TheFirstCompletionIsKeptAndToldOnce(t *testing.T) {
	t.Parallel()
	t.Run("a retry moves the last time alone and counts the lesson no second time", func(t *testing.T) {
		t.Parallel()
		p := untouched(t, "us")
		if change, first := p.Complete(0, noon.Add(1234*time.Microsecond)); !first || change != (domain.Tally{Completed: 1}) {
			t.Errorf("first attempt: change %+v, first %v; want one lesson, true", change, first)
		}
		if change, first := p.Complete(70, noon.Add(time.Hour)); first || change != (domain.Tally{ScoreSum: 70}) {
			t.Errorf("retry: change %+v, first %v; want 70 points, false", change, first)
		}
		got := p.Merged()
		if !got.FirstCompletedAt.Equal(noon.Add(time.Millisecond)) || !got.LastCompletedAt.Equal(noon.Add(time.Hour)) {
			t.Errorf("first %v, last %v; want noon and a millisecond, and an hour later", got.FirstCompletedAt, got.LastCompletedAt)
		}
	})
	t.Run("a completion known from another region is the first one here too", func(t *testing.T) {
		t.Parallel()
		us := untouched(t, "us")
		us.Complete(50, noon)
		eu := domain.RestoreProgress(us.Lesson(), "eu", map[string]domain.Shard{"us": us.Mine()})
		change, first := eu.Complete(80, noon.Add(time.Minute))
		if first || change != (domain.Tally{ScoreSum: 30}) {
			t.Errorf("change %+v, first %v; want 30 points, false", change, first)
		}
		if got := eu.Merged().FirstCompletedAt; !got.Equal(noon) {
			t.Errorf("first completion = %v, want noon", got)
		}
	})
	t.Run("an attempt that was not saved leaves what was loaded as it was, so it can run again", func(t *testing.T) {
		t.Parallel()
		loaded := map[string]domain.Shard{}
		for range 2 {
			p := domain.RestoreProgress(newID[domain.Lesson](t, noon, seeded(1)), "us", loaded)
			if change, first := p.Complete(50, noon); !first || change != (domain.Tally{Completed: 1, ScoreSum: 50}) || p.Merged().Attempts != 1 {
				t.Errorf("change %+v, first %v, attempts %d; want one lesson with 50 points, true, 1", change, first, p.Merged().Attempts)
			}
		}
	})
}

func TestMerged(t *testing.T) {
	t.Parallel()
	t.Run("nothing merged is nothing", func(t *testing.T) {
		t.Parallel()
		p := domain.RestoreProgress(domain.LessonID{}, "us", map[string]domain.Shard{"eu": {BestScore: 90, FirstCompletedAt: noon}})
		if got := p.Merged(); got != (domain.Shard{}) {
			t.Errorf("got %+v, want the zero shard: no attempt was made", got)
		}
	})
	t.Run("in one millisecond the region with the greater name was last, everywhere", func(t *testing.T) {
		t.Parallel()
		shards := map[string]domain.Shard{
			"a": {Attempts: 1, LastScore: 1, FirstCompletedAt: noon, LastCompletedAt: noon},
			"b": {Attempts: 1, LastScore: 2, FirstCompletedAt: noon, LastCompletedAt: noon},
			"c": {Attempts: 1, LastScore: 3, FirstCompletedAt: noon, LastCompletedAt: noon},
		}
		for region := range shards {
			for range 20 { // maps come in another order each time
				if got := domain.RestoreProgress(domain.LessonID{}, region, shards).Merged().LastScore; got != 3 {
					t.Fatalf("seen from %s the last score is %d, want 3", region, got)
				}
			}
		}
	})
}

// attempt is one call of Complete in the model.
type attempt struct {
	at     time.Time
	region string
	score  domain.Score
}

// Three regions complete one lesson at random, and hear of each other at random.
func TestProgressOfSeveralRegions(t *testing.T) {
	t.Parallel()
	regions := []string{"ap", "eu", "us"}
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 0))
		views := map[string]map[string]domain.Shard{"ap": {}, "eu": {}, "us": {}}
		hear := func(region, other string) {
			if s, ok := views[other][other]; ok {
				views[region][other] = s
			}
		}
		now, done, total := noon, []attempt(nil), domain.Tally{}
		complete := func(region string) {
			p := domain.RestoreProgress(domain.LessonID{}, region, views[region])
			before, score := p.Merged(), domain.Score(r.IntN(101))
			change, first := p.Complete(score, now)
			after := p.Merged()
			switch {
			case first != (before.Attempts == 0):
				t.Fatalf("seed %d: first = %v after %d attempts", seed, first, before.Attempts)
			case after.BestScore != max(before.BestScore, score):
				t.Fatalf("seed %d: best score went from %d to %d by a %d", seed, before.BestScore, after.BestScore, score)
			case !first && !after.FirstCompletedAt.Equal(before.FirstCompletedAt):
				t.Fatalf("seed %d: first completion moved from %v to %v", seed, before.FirstCompletedAt, after.FirstCompletedAt)
			case after.Attempts != before.Attempts+1:
				t.Fatalf("seed %d: attempts went from %d to %d", seed, before.Attempts, after.Attempts)
			}
			views[region][region] = p.Mine()
			done = append(done, attempt{now, region, score})
			total.Completed, total.ScoreSum = total.Completed+change.Completed, total.ScoreSum+change.ScoreSum
		}
		for range 1 + r.IntN(12) {
			if r.IntN(3) == 0 {
				hear(regions[r.IntN(3)], regions[r.IntN(3)])
				continue
			}
			complete(regions[r.IntN(3)])
			now = now.Add(time.Duration(r.IntN(2)) * time.Millisecond)
		}
		complete(regions[r.IntN(3)])
		for _, region := range regions {
			for _, other := range regions {
				hear(region, other)
			}
		}
		want := model(done)
		for _, region := range regions {
			got := domain.RestoreProgress(domain.LessonID{}, region, maps.Clone(views[region])).Merged()
			if got != want {
				t.Fatalf("seed %d: seen from %s %+v, want %+v after %v", seed, region, got, want, done)
			}
		}
		// Regions that did not know of each other counted the lesson twice; the next completion takes that back.
		complete(regions[r.IntN(3)])
		if want := (domain.Tally{Completed: 1, ScoreSum: int(model(done).BestScore)}); total != want {
			t.Fatalf("seed %d: the totals say %+v, want %+v", seed, total, want)
		}
	}
}

// model is the progress that follows from all attempts.
func model(done []attempt) (all domain.Shard) {
	inOrder := slices.SortedStableFunc(slices.Values(done), func(a, b attempt) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.region, b.region))
	})
	for _, a := range inOrder {
		all.BestScore = max(all.BestScore, a.score)
	}
	last := inOrder[len(inOrder)-1]
	all.Attempts, all.LastScore, all.FirstCompletedAt, all.LastCompletedAt = len(done), last.score, inOrder[0].at, last.at
	return all
}
