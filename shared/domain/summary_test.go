package domain_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lyceum/shared/domain"
)

// lessonNamed is a fixed id for a small number.
func lessonNamed(n int) domain.LessonID {
	return domain.RestoreID[domain.Lesson](fmt.Sprintf("0195f0c1-9f00-7000-8000-%012d", n))
}

// record adds a completion of a track's lesson to a summary.
func record(s *domain.Summary, change domain.Tally, done domain.Recent) {
	s.Count(map[domain.Track]domain.Tally{domain.RestoreTrack("go"): change})
	s.Remember(done)
}

func lessonsOf(recent []domain.Recent) (ids []domain.LessonID) {
	for _, r := range recent {
		ids = append(ids, r.LessonID)
	}
	return ids
}

func TestASummaryRemembersAndCounts(t *testing.T) {
	t.Parallel()
	t.Run("the newest ten completions are kept, newest first, and every one is counted", func(t *testing.T) {
		t.Parallel()
		var s domain.Summary
		var want []domain.LessonID
		for i := range 25 {
			record(&s, domain.Tally{Completed: 1, ScoreSum: i}, domain.Recent{LessonID: lessonNamed(i), CompletedAt: noon.Add(time.Duration(i) * time.Second)})
			want = slices.Insert(want, 0, lessonNamed(i))
		}
		if got := lessonsOf(s.Recent); !slices.Equal(got, want[:10]) {
			t.Errorf("got %v, want %v", got, want[:10])
		}
		if want := (domain.Tally{Completed: 25, ScoreSum: 300}); s.Total != want {
			t.Errorf("total = %+v, want %+v", s.Total, want)
		}
	})
	t.Run("a lesson done again stands once, with its latest score, title and time in milliseconds", func(t *testing.T) {
		t.Parallel()
		var s domain.Summary
		record(&s, domain.Tally{}, domain.Recent{LessonID: lessonNamed(1), Title: "Old", Score: 90, CompletedAt: noon})
		record(&s, domain.Tally{}, domain.Recent{LessonID: lessonNamed(2), CompletedAt: noon.Add(time.Second)})
		record(&s, domain.Tally{}, domain.Recent{LessonID: lessonNamed(1), Title: "New", Score: 10, CompletedAt: noon.Add(2*time.Second + 999*time.Microsecond)})
		want := []domain.Recent{
			{LessonID: lessonNamed(1), Title: "New", Score: 10, CompletedAt: noon.Add(2 * time.Second)},
			{LessonID: lessonNamed(2), CompletedAt: noon.Add(time.Second)},
		}
		if !slices.Equal(s.Recent, want) {
			t.Errorf("got %v, want %v", s.Recent, want)
		}
	})
	t.Run("a summary that was loaded is not changed by recording into its copy", func(t *testing.T) {
		t.Parallel()
		loaded := make([]domain.Recent, 1, 10) // room behind the end
		loaded[0] = domain.Recent{LessonID: lessonNamed(1), CompletedAt: noon}
		s := domain.Summary{Recent: loaded}
		record(&s, domain.Tally{}, domain.Recent{LessonID: lessonNamed(2), CompletedAt: noon.Add(time.Hour)})
		if loaded[0].LessonID != lessonNamed(1) {
			t.Errorf("the loaded list begins with %v now", loaded[0].LessonID)
		}
	})
}

func TestMergeSummaries(t *testing.T) {
	t.Parallel()
	t.Run("without regions the totals are 0 and the list is empty, not missing", func(t *testing.T) {
		t.Parallel()
		got := domain.MergeSummaries(nil)
		if got.Recent == nil || len(got.Recent) != 0 || got.Total != (domain.Tally{}) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("a correction that came before the count it corrects shows no negative total", func(t *testing.T) {
		t.Parallel()
		got := domain.MergeSummaries([]domain.Summary{{Total: domain.Tally{Completed: -1, ScoreSum: -40}}})
		if got.Total != (domain.Tally{}) || got.Total.AverageScore() != 0 {
			t.Errorf("total %+v, average %v; want 0", got.Total, got.Total.AverageScore())
		}
	})
	t.Run("completions of one millisecond stand in one order whatever region answers first", func(t *testing.T) {
		t.Parallel()
		a := domain.Summary{Recent: []domain.Recent{{LessonID: lessonNamed(1), CompletedAt: noon}, {LessonID: lessonNamed(3), Score: 5, CompletedAt: noon}}}
		b := domain.Summary{Recent: []domain.Recent{{LessonID: lessonNamed(2), CompletedAt: noon}, {LessonID: lessonNamed(3), Score: 7, CompletedAt: noon}}}
		ab, ba := domain.MergeSummaries([]domain.Summary{a, b}).Recent, domain.MergeSummaries([]domain.Summary{b, a}).Recent
		if !slices.Equal(ab, ba) || len(ab) != 3 {
			t.Errorf("got %v and %v, want the same three", ab, ba)
		}
	})
}

// Ten per region are enough: random completions spread over regions merge to the newest ten of all.
func TestSummariesOfSeveralRegions(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		shards := make([]domain.Summary, 3)
		latest, total := map[domain.LessonID]domain.Recent{}, domain.Tally{}
		for i := range r.IntN(60) {
			done := domain.Recent{LessonID: lessonNamed(r.IntN(20)), Score: domain.Score(i), CompletedAt: noon.Add(time.Duration(r.Perm(1000)[0]) * time.Second)}
			if old := latest[done.LessonID]; done.CompletedAt.After(old.CompletedAt) || done.CompletedAt.Equal(old.CompletedAt) && done.Score > old.Score {
				latest[done.LessonID] = done
			}
			change := domain.Tally{Completed: r.IntN(2), ScoreSum: r.IntN(101)}
			total.Completed, total.ScoreSum = total.Completed+change.Completed, total.ScoreSum+change.ScoreSum
			record(&shards[r.IntN(3)], change, done)
		}
		want := make([]domain.Recent, 0, len(latest))
		for _, done := range latest {
			want = append(want, done)
		}
		slices.SortFunc(want, func(a, b domain.Recent) int {
			return cmp.Or(b.CompletedAt.Compare(a.CompletedAt), cmp.Compare(b.LessonID.String(), a.LessonID.String()))
		})
		want = want[:min(10, len(want))]
		r.Shuffle(3, func(i, j int) { shards[i], shards[j] = shards[j], shards[i] })
		got := domain.MergeSummaries(shards)
		if !slices.Equal(got.Recent, want) || got.Total != total {
			t.Fatalf("seed %d:\ngot  %v %+v\nwant %v %+v", seed, got.Recent, got.Total, want, total)
		}
	}
}

func TestAverageScore(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		completed, sum int
		want           float64
	}{
		{0, 0, 0}, {1, 0, 0}, {1, 100, 100}, {2, 175, 87.5}, {3, 200, 66.7}, {3, 100, 33.3}, {4, 333, 83.3}, // 83.25
		{8, 1, 0.1}, {20, 1, 0.1}, {21, 1, 0}, {40, 3, 0.1}, {1_000_000, 66_666_666, 66.7},
	} {
		got := domain.Tally{Completed: test.completed, ScoreSum: test.sum}.AverageScore()
		if got != test.want {
			t.Errorf("%d points in %d lessons: average %v, want %v", test.sum, test.completed, got, test.want)
		}
	}
}
