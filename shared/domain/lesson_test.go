package domain_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

func TestParseTrack(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"go", "go-basics", "101", "a", "x-1-y-2", strings.Repeat("a", 64)} {
		if got, err := domain.ParseTrack(good); err != nil || got.String() != good {
			t.Errorf("ParseTrack(%q) = %q, %v; want it back", good, got, err)
		}
	}
	bad := []string{
		"", "-", "go-", "-go", "go--basics", "Go", "go basics", "go_basics", "go/basics", "go#basics", "гo", "gö", "go\n", " go", "go\x00", "ｇｏ",
		strings.Repeat("a", 65), strings.Repeat("-", 65),
	}
	for _, text := range bad {
		if got, err := domain.ParseTrack(text); !errors.Is(err, domain.ErrTrack) || got != (domain.Track{}) {
			t.Errorf("ParseTrack(%q) = %q, %v; want ErrTrack", text, got, err)
		}
	}
}

func FuzzParseTrack(f *testing.F) {
	for _, text := range []string{"go-basics", "--", "Go", strings.Repeat("a-", 33)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		track, err := domain.ParseTrack(text)
		if err != nil {
			return
		}
		if s := track.String(); s != text || s == "" || len(s) > 64 || strings.ToLower(s) != s || strings.ContainsAny(s, "#/ \n") || strings.HasPrefix(s, "-") {
			t.Errorf("ParseTrack(%q) = %q", text, s)
		}
	})
}

func draft() domain.LessonDraft {
	return domain.LessonDraft{Title: "Slices", Summary: "How they grow.", Track: domain.RestoreTrack("go"), Difficulty: 1}
}

func TestNewLesson(t *testing.T) {
	t.Parallel()
	t.Run("a lesson is a draft of version 1 without content", func(t *testing.T) {
		t.Parallel()
		d := draft()
		d.Title, d.Order = "  Slices\t", 7
		lesson, err := domain.NewLesson(d, noon.Add(time.Microsecond), seeded(1))
		if err != nil {
			t.Fatal(err)
		}
		id := lesson.State().ID
		want := domain.LessonState{
			ID: id, Title: "Slices", Summary: "How they grow.", Track: d.Track, Difficulty: 1, Order: 7,
			CreatedAt: noon, UpdatedAt: noon, Version: 1,
		}
		if got := lesson.State(); got != want || id.IsZero() {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
	t.Run("the bounds themselves are allowed, counted in characters", func(t *testing.T) {
		t.Parallel()
		d := draft()
		d.Title, d.Summary, d.Difficulty, d.Order = strings.Repeat("報", 200), strings.Repeat("報", 500), 5, 999_999
		if _, err := domain.NewLesson(d, noon, seeded(1)); err != nil {
			t.Error(err)
		}
	})
	t.Run("one beyond each bound is told, all of them at once", func(t *testing.T) {
		t.Parallel()
		fields := []string{"title", "summary", "track", "difficulty", "order"}
		for _, d := range []domain.LessonDraft{
			{Title: strings.Repeat("a", 201), Summary: strings.Repeat("a", 501), Difficulty: 6, Order: 1_000_000},
			{Title: " \n", Summary: strings.Repeat("a", 501), Difficulty: 0, Order: -1},
		} {
			_, err := domain.NewLesson(d, noon, seeded(1))
			f := fault.As(err)
			var got []string
			for _, detail := range f.Details {
				got = append(got, detail.Field)
			}
			if f.Kind != fault.Invalid || !slices.Equal(got, fields) {
				t.Errorf("got kind %v, fields %v; want Invalid, %v", f.Kind, got, fields)
			}
		}
	})
	t.Run("without randomness there is no lesson", func(t *testing.T) {
		t.Parallel()
		if lesson, err := domain.NewLesson(draft(), noon, exhausted(3)); err == nil || lesson != nil {
			t.Errorf("got %v, %v; want an error", lesson, err)
		}
	})
}
