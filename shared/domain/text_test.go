package domain_test

import (
	"strings"
	"testing"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// Titles and summaries took NUL, line breaks, U+202E and text of which nothing shows.
func TestLessonsTakeTheTextsThatPeopleType(t *testing.T) {
	t.Parallel()
	for _, title := range []string{
		"Qu’est-ce que c’est ?", "Vec<T> in Rust", "1 < 2 && 3 > 2", "\tC++\n", "פרק ג\u200f: C++\u200f", "نمی\u200cدانم", "❤\ufe0f 👩🏽\u200d🚀", "数学（一）",
		"x² + y²", "http://example.org", strings.Repeat("報", 200), "…",
	} {
		d := draft()
		d.Title, d.Summary = title, title
		lesson, err := domain.NewLesson(d, noon, seeded(1))
		if err != nil {
			t.Errorf("%q: %v", title, err)
			continue
		}
		if s := lesson.State(); s.Title != strings.TrimSpace(title) || s.Summary != s.Title {
			t.Errorf("%q became %q and %q", title, s.Title, s.Summary)
		}
	}
}

func TestLessonsRefuseHarmfulTextsWithTheReason(t *testing.T) {
	t.Parallel()
	for text, codes := range map[string]string{
		"":         "title text.blank",
		"\u200b":   "title text.blank",
		"\u3164":   "title text.blank",
		"a\x00b":   "title text.control, summary text.control",
		"a\nb":     "title text.control, summary text.control",
		"a\u2028b": "title text.control, summary text.control",
		"a\u202eb": "title text.direction, summary text.direction",
		"a\u2066b": "title text.direction, summary text.direction",
		"a\ue000b": "title text.private, summary text.private",
		"\u0301ab": "title text.marks, summary text.marks",
		"a\xffb":   "title text.encoding, summary text.encoding",

		strings.Repeat("a", 501): "title text.too_long, summary text.too_long",
	} {
		d := draft()
		d.Title, d.Summary = text, text
		_, fresh := domain.NewLesson(d, noon, seeded(1))
		lesson, _ := domain.NewLesson(draft(), noon, seeded(1))
		edited := lesson.Edit(domain.LessonPatch{Title: &text, Summary: &text}, noon)
		for how, err := range map[string]error{"new": fresh, "edited": edited} {
			var got []string
			for _, d := range fault.As(err).Details {
				got = append(got, d.Field+" "+d.Code)
			}
			if got := strings.Join(got, ", "); got != codes {
				t.Errorf("%s with %.20q: %s, want %s", how, text, got, codes)
			}
		}
	}
}

// A rule that became stricter must not lock a lesson: its other fields can be changed.
func TestStoredTitlesAreNotJudgedAgain(t *testing.T) {
	t.Parallel()
	lesson := domain.RestoreLesson(domain.LessonState{Title: "a\x00b", Summary: "a\nb", Track: domain.RestoreTrack("go"), Difficulty: 1})
	order := 7
	if err := lesson.Edit(domain.LessonPatch{Order: &order}, noon); err != nil || lesson.State().Order != 7 {
		t.Errorf("order %d, %v", lesson.State().Order, err)
	}
}

func TestCleanLineLeavesOutWhatIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Ana’s": "Ana", "Ana’": "Ana", "a\x00b\u202ec\u200bd\ue000": "abcd", " \t": "", "\u200b\u3164": "", "\xff": "", "报告": "报", "\u0301a": "\u0301a", "abcd e": "abcd",
	} {
		if got := domain.CleanLine(text, 5); got != want {
			t.Errorf("CleanLine(%q, 5) = %q, want %q", text, got, want)
		}
	}
}
