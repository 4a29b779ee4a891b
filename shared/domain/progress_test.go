package domain_test

import (
	"crypto/rand"
	"errors"
	"math"
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

var (
	goTrack   = domain.RestoreTrack("go")
	rustTrack = domain.RestoreTrack("rust")
)

// attempt is a new attempt at a time.
func attempt(t testing.TB, score domain.Score, at time.Time) domain.Attempt {
	t.Helper()
	return domain.Attempt{ID: newID[domain.Attempt](t, at, rand.Reader), Score: score, At: at}
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
		p.Complete(attempt(t, step.score, noon.Add(time.Duration(i)*time.Hour)))
		change := p.Recount("", goTrack, true)[goTrack]
		got := p.Standing()
		if got.BestScore != step.best || got.LastScore != step.score || got.Attempts != i+1 || change.ScoreSum != step.sum {
			t.Errorf("after %d: best %d, last %d, attempts %d, sum %+d; want %d, %d, %d, %+d",
				step.score, got.BestScore, got.LastScore, got.Attempts, change.ScoreSum, step.best, step.score, i+1, step.sum)
		}
	}
}

// D45: each retry moved the time of completion.
func TestD45TheFirstCompletionIsKept(t *testing.T) {
	t.Parallel()
	t.Run("a retry moves the last time alone and counts the lesson no second time", func(t *testing.T) {
		t.Parallel()
		p := untouched(t, "us")
		p.Complete(attempt(t, 0, noon.Add(1234*time.Microsecond)))
		if change := p.Recount("", goTrack, true); len(change) != 1 || change[goTrack] != (domain.Tally{Completed: 1}) {
			t.Errorf("first attempt: change %+v; want one lesson", change)
		}
		p.Complete(attempt(t, 70, noon.Add(time.Hour)))
		if change := p.Recount("", goTrack, true)[goTrack]; change != (domain.Tally{ScoreSum: 70}) {
			t.Errorf("retry: change %+v; want 70 points", change)
		}
		got := p.Standing()
		if !got.FirstCompletedAt.Equal(noon.Add(time.Millisecond)) || !got.LastCompletedAt.Equal(noon.Add(time.Hour)) {
			t.Errorf("first %v, last %v; want noon and a millisecond, and an hour later", got.FirstCompletedAt, got.LastCompletedAt)
		}
	})
	t.Run("a completion known from another region is the first one here too", func(t *testing.T) {
		t.Parallel()
		us := untouched(t, "us")
		us.Complete(attempt(t, 50, noon))
		us.Recount("", goTrack, true)
		eu := domain.RestoreProgress(us.Lesson(), "eu", map[string]domain.Shard{"us": us.Mine()})
		eu.Complete(attempt(t, 80, noon.Add(time.Minute)))
		if change := eu.Recount("", goTrack, true)[goTrack]; change != (domain.Tally{ScoreSum: 30}) || !eu.Standing().FirstCompletedAt.Equal(noon) {
			t.Errorf("change %+v, first completion %v; want 30 points, noon", change, eu.Standing().FirstCompletedAt)
		}
	})
	t.Run("an attempt that was not saved leaves what was loaded as it was, so it can run again", func(t *testing.T) {
		t.Parallel()
		loaded := map[string]domain.Shard{}
		a := attempt(t, 50, noon)
		for range 2 {
			p := domain.RestoreProgress(newID[domain.Lesson](t, noon, seeded(1)), "us", loaded)
			if outcome := p.Complete(a); outcome != domain.Applied || p.Standing().Attempts != 1 {
				t.Errorf("%s with %d attempts; want applied, 1", outcome, p.Standing().Attempts)
			}
		}
	})
}

func TestRecount(t *testing.T) {
	t.Parallel()
	t.Run("a lesson that moves to another track takes its count along", func(t *testing.T) {
		t.Parallel()
		p := untouched(t, "us")
		p.Complete(attempt(t, 50, noon))
		p.Recount("", goTrack, true)
		change := p.Recount("", rustTrack, true)
		want := domain.Tally{Completed: 1, ScoreSum: 50}
		if change[rustTrack] != want || change[goTrack] != (domain.Tally{Completed: -1, ScoreSum: -50}) || p.Mine().Counted[rustTrack] != want || len(p.Mine().Counted) != 1 {
			t.Errorf("change %+v, counted %+v", change, p.Mine().Counted)
		}
	})
	t.Run("two regions that did not know of each other count twice, and the next change takes it back", func(t *testing.T) {
		t.Parallel()
		shards := map[string]domain.Shard{}
		for i, region := range []string{"eu", "us"} {
			alone := untouched(t, region)
			alone.Complete(attempt(t, domain.Score(40+50*i), noon))
			alone.Recount("", goTrack, true)
			shards[region] = alone.Mine()
		}
		p := domain.RestoreProgress(untouched(t, "us").Lesson(), "us", shards)
		p.Complete(attempt(t, 10, noon))
		if change := p.Recount("", goTrack, true)[goTrack]; change != (domain.Tally{Completed: -1, ScoreSum: -40}) {
			t.Errorf("change %+v, want one lesson of 40 points less", change)
		}
	})
	t.Run("a position alone counts nothing", func(t *testing.T) {
		t.Parallel()
		p := untouched(t, "us")
		p.Save(domain.Position{Value: 3, At: noon})
		if change := p.Recount("", goTrack, true); len(change) != 0 || p.Standing().Attempts != 0 || p.Standing().Completed() {
			t.Errorf("change %+v, standing %+v", change, p.Standing())
		}
	})
}

// More attempts at one lesson than are remembered still count, once each.
func TestAttemptsBeyondThoseKnown(t *testing.T) {
	t.Parallel()
	p := untouched(t, "us")
	var all []domain.Attempt
	for i := range domain.AttemptsKnown + 20 {
		all = append(all, attempt(t, domain.Score(i%50), noon.Add(time.Duration(i)*time.Minute)))
		p.Complete(all[i])
	}
	again := p.Standing()
	if again.Attempts != len(all) || len(p.Mine().Attempts.Known) != domain.AttemptsKnown {
		t.Fatalf("%d attempts, %d known", again.Attempts, len(p.Mine().Attempts.Known))
	}
	for i, a := range all {
		want := domain.Duplicate
		if i < 20 {
			want = domain.Merged
		}
		if got := p.Complete(a); got != want {
			t.Errorf("attempt %d again: %s, want %s", i, got, want)
		}
	}
	if got := p.Standing(); got != again {
		t.Errorf("repetition made of %+v %+v", again, got)
	}
	if got := p.Complete(attempt(t, 100, noon.Add(-time.Hour))); got != domain.Merged || p.Standing().Attempts != len(all) ||
		p.Standing().BestScore != 100 || !p.Standing().FirstCompletedAt.Equal(noon.Add(-time.Hour)) {
		t.Errorf("a very late one: %s, %+v; want it merged, not counted", got, p.Standing())
	}
	// What two regions know of is forgotten by one after the other and counted once.
	twin := domain.RestoreProgress(p.Lesson(), "eu", map[string]domain.Shard{"us": p.Mine()})
	for i := range domain.AttemptsKnown + 1 {
		twin.Complete(attempt(t, 1, noon.Add(time.Duration(1000+i)*time.Minute)))
	}
	if want := len(all) + domain.AttemptsKnown + 1; twin.Standing().Attempts != want {
		t.Errorf("%d attempts in two regions, want %d", twin.Standing().Attempts, want)
	}
}
