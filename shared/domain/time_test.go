package domain_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lyceum/shared/domain"
)

// D57: two forms of time stood in one column, one of them read as local time.
func TestD57TimesHaveOneForm(t *testing.T) {
	t.Parallel()
	t.Run("every time is RFC 3339 in UTC with three decimals", func(t *testing.T) {
		t.Parallel()
		tokyo := time.FixedZone("Tokyo", 9*3600)
		for _, test := range []struct {
			at   time.Time
			want string
		}{
			{noon, "2026-03-04T12:00:00.000Z"},
			{noon.In(tokyo), "2026-03-04T12:00:00.000Z"},
			{noon.Add(120 * time.Millisecond), "2026-03-04T12:00:00.120Z"},
			{noon.Add(999_999 * time.Microsecond), "2026-03-04T12:00:00.999Z"},
			{time.Date(2026, 1, 1, 3, 0, 0, 0, tokyo), "2025-12-31T18:00:00.000Z"},
			{time.Time{}, ""},
		} {
			if got := domain.FormatTime(test.at); got != test.want {
				t.Errorf("FormatTime(%v) = %q, want %q", test.at, got, test.want)
			}
			if _, err := time.Parse(time.RFC3339, test.want); err != nil && test.want != "" {
				t.Error(err)
			}
		}
	})
	t.Run("what was written comes back, and sorts as text in the order of time", func(t *testing.T) {
		t.Parallel()
		r := rand.New(rand.NewPCG(1, 1))
		var times []time.Time
		for range 1000 {
			times = append(times, domain.Millis(time.Unix(r.Int64N(4e9), r.Int64N(1e9))))
		}
		slices.SortFunc(times, time.Time.Compare)
		var texts []string
		for _, at := range times {
			texts = append(texts, domain.FormatTime(at))
			if got := domain.RestoreTime(domain.FormatTime(at)); got != at {
				t.Errorf("%v came back as %v", at, got)
			}
		}
		if !slices.IsSorted(texts) {
			t.Error("the texts are in another order than the times")
		}
	})
	t.Run("no other form is read", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{
			"", "2026-03-04 12:00:00", "2026-03-04T12:00:00Z", "2026-03-04T12:00:00.000", "2026-03-04T12:00:00.000+00:00",
			"2026-03-04T12:00:00.000000Z", "1772625600", "now",
		} {
			if got := domain.RestoreTime(text); !got.IsZero() {
				t.Errorf("RestoreTime(%q) = %v, want the zero time", text, got)
			}
		}
	})
}
