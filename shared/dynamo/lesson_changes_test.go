package dynamo_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/dynamo"
)

// counted are the counts of all regions' items, as a dashboard shows them.
func counted(t testing.TB, stand *localtest.Stand) domain.CatalogueCounts {
	t.Helper()
	c := domain.CatalogueCounts{Tracks: map[domain.Track]int{}}
	for _, item := range items(t, stand.Table("LEARNING_TABLE")) {
		if text(item["pk"]) != "CATALOGUE" || text(item["sk"]) == "COUNT#nowhere" {
			continue
		}
		for name, value := range item {
			var n int
			_, _ = fmt.Sscan(text(value), &n)
			if track, ok := strings.CutPrefix(name, "track#"); ok && n != 0 {
				c.Tracks[domain.RestoreTrack(track)] += n
			}
			if name == "published" {
				c.Total += n
			}
		}
	}
	return c
}

// truth counts the published lessons themselves.
func truth(t testing.TB, in dynamo.Lessons) domain.CatalogueCounts {
	t.Helper()
	c := domain.CatalogueCounts{Tracks: map[domain.Track]int{}}
	listed, _, err := in.List(t.Context(), domain.Shelf{}, domain.Page{Limit: 1000})
	must(t, err)
	for _, lesson := range listed {
		c.Total++
		c.Tracks[lesson.State().Track]++
	}
	return c
}

func same(a, b domain.CatalogueCounts) bool {
	return a.Total == b.Total && maps.Equal(a.Tracks, b.Tracks)
}

// written is a draft with content.
func written(t testing.TB, track string, order int) *domain.Lesson {
	t.Helper()
	s := newLesson(t, track, 1, order).State()
	content, err := domain.NewContent(s.ID, domain.Markdown, nil, 0, noon, random{})
	must(t, err)
	s.Published, s.Content = false, content
	return domain.RestoreLesson(s)
}

// 100 at once publish, hide, move and delete lessons, every second write is applied and its answer lost, and who gets an error tries again.
func TestD47CountsAreExactAfter100ParallelChangesWithLostAnswers(t *testing.T) {
	t.Parallel()
	for name, tries := range map[string]int{"the SDK repeats": 3, "the caller repeats": 1} {
		t.Run("when "+name+" the call", func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			in := dynamo.Lessons{Table: table(stand, "LEARNING_TABLE", tries), Region: localtest.Region}
			var ids []domain.LessonID
			for i := range 10 {
				ids = append(ids, create(t, lessons(stand), written(t, "go", i)).ID)
			}
			var lost sync.Map
			stand.Intercept(losing(counting(func(n int) bool {
				if n%2 == 0 {
					lost.Store(n, true)
				}
				return n%2 == 0
			})))
			sql := domain.RestoreTrack("sql")
			errs := parallel(100, func(i int) (err error) {
				for range 50 {
					_, err = domain.UpdateLesson(t.Context(), in, ids[i%len(ids)], func(l *domain.Lesson) error {
						switch {
						case i >= 95: // of the last five
							return l.Edit(domain.LessonPatch{Track: &sql}, noon)
						case i >= 50 && i%10 < 5:
							return l.Publish(false, noon)
						}
						return l.Publish(true, noon)
					})
					if err == nil || fault.As(err).Kind != fault.Unavailable {
						return err
					}
				}
				return err
			})
			stand.Intercept(nil)
			for _, err := range errs {
				if err != nil {
					t.Error(err)
				}
			}
			n := 0
			lost.Range(func(any, any) bool { n++; return true })
			if got, want := counted(t, stand), truth(t, in); !same(got, want) || want.Total < 5 || n < 5 {
				t.Errorf("counted %v, published are %v; %d answers were lost", got, want, n)
			}
		})
	}
}

func TestAnySequenceOfChangesIsCounted(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := lessons(stand)
	r := rand.New(rand.NewPCG(6, 6))
	var ids []domain.LessonID
	for range 12 {
		ids = append(ids, newID[domain.Lesson](t))
	}
	for step := range 200 {
		some := slices.Clone(ids)
		r.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
		some = some[:1+r.IntN(5)]
		must(t, in.Change(t.Context(), some, func(all []*domain.Lesson) error {
			for i, id := range some {
				if all[i] != nil && all[i].State().ID != id {
					t.Fatalf("lesson %d of %v is %v", i, some, all[i].State().ID)
				}
				if r.IntN(3) == 0 {
					all[i] = nil
					continue
				}
				s := newLesson(t, []string{"go", "sql", "a"}[r.IntN(3)], 1, r.IntN(9)).State()
				s.ID, s.Published, s.Version = id, r.IntN(2) == 0, 1
				if all[i] != nil {
					s.Version = all[i].State().Version + 1
				}
				all[i] = domain.RestoreLesson(s)
			}
			return nil
		}))
		if got, want := counted(t, stand), truth(t, in); !same(got, want) {
			t.Fatalf("after step %d counted are %v, published %v", step, got, want)
		}
	}
}

func TestChangeIsAllOrNothing(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := lessons(stand)
	var ids []domain.LessonID
	made := map[domain.LessonID]*domain.Lesson{}
	for i := range domain.MaxChange - 2 { // and the counts and the event
		lesson := newLesson(t, "go", 1, i)
		ids = append(ids, lesson.State().ID)
		made[lesson.State().ID] = lesson
	}
	got := calls(stand, func() {
		must(t, in.Change(t.Context(), ids, func(all []*domain.Lesson) error {
			for i, id := range ids {
				all[i] = made[id]
			}
			return nil
		}))
	})
	if want := []string{"BatchGetItem", "TransactWriteItems"}; !slices.Equal(got, want) || counted(t, stand).Total != len(ids) {
		t.Errorf("98 lessons took %v and are counted %v", got, counted(t, stand))
	}
	stop := errors.New("stop")
	for name, change := range map[string]func([]*domain.Lesson) error{
		"when change fails":           func(all []*domain.Lesson) error { all[0] = nil; return stop },
		"when change changes nothing": func([]*domain.Lesson) error { return nil },
	} {
		got := calls(stand, func() {
			if err := in.Change(t.Context(), ids, change); err != nil && !errors.Is(err, stop) {
				t.Error(err)
			}
		})
		if len(got) != 1 || counted(t, stand).Total != len(ids) {
			t.Errorf("%s, it asked %v and %v are counted", name, got, counted(t, stand))
		}
	}
	t.Run("somebody who was faster is not overwritten", func(t *testing.T) {
		runs := 0
		must(t, in.Change(t.Context(), ids[:2], func(all []*domain.Lesson) error {
			if runs++; runs == 1 {
				_, err := domain.UpdateLesson(t.Context(), in, ids[1], func(l *domain.Lesson) error {
					title := "Theirs"
					return l.Edit(domain.LessonPatch{Title: &title}, noon)
				})
				must(t, err)
			}
			summary := "Mine"
			return errors.Join(all[0].Edit(domain.LessonPatch{Summary: &summary}, noon), all[1].Edit(domain.LessonPatch{Summary: &summary}, noon))
		}))
		lesson, err := in.AnyLesson(t.Context(), ids[1])
		must(t, err)
		if s := lesson.State(); runs != 2 || s.Title != "Theirs" || s.Summary != "Mine" {
			t.Errorf("after %d runs it is %+v", runs, s)
		}
	})
}

func TestRecountRepairsDrift(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	here := lessons(stand)
	there := here
	there.Region = "eu-west-1"
	regions := []string{localtest.Region, "eu-west-1"}
	create(t, here, newLesson(t, "go", 1, 1))
	create(t, there, newLesson(t, "sql", 1, 1))
	lesson := create(t, here, newLesson(t, "sql", 1, 2))
	// What two regions do that hide one lesson at once: both count it down, one of the writes of the lesson is lost.
	s := lesson
	for _, in := range []dynamo.Lessons{here, there} {
		must(t, in.Change(t.Context(), []domain.LessonID{s.ID}, func(all []*domain.Lesson) error { return all[0].Publish(false, noon) }))
		stand.Intercept(nil)
		restore(t, stand, s)
	}
	if got, want := counted(t, stand), truth(t, here); same(got, want) {
		t.Fatalf("there is no drift: %v", got)
	}
	settled := 0
	was, is, err := here.Recount(t.Context(), regions, func() {
		if settled++; settled == 1 { // somebody publishes meanwhile
			create(t, here, newLesson(t, "go", 1, 3))
		}
	})
	must(t, err)
	if got, want := counted(t, stand), truth(t, here); !same(got, want) || !same(is, want) || same(was, is) || settled != 2 {
		t.Errorf("counted %v, published are %v; it says %v became %v after %d runs", got, want, was, is, settled)
	}
	was, is, err = there.Recount(t.Context(), regions, func() {})
	if must(t, err); !same(was, is) || !same(counted(t, stand), truth(t, here)) {
		t.Errorf("run again, %v becomes %v", was, is)
	}
}

// restore puts a lesson as it was, without a word to the counts.
func restore(t testing.TB, stand *localtest.Stand, s domain.LessonState) {
	t.Helper()
	in := dynamo.Lessons{Table: stand.Table("LEARNING_TABLE"), Region: "nowhere"}
	must(t, in.Change(t.Context(), []domain.LessonID{s.ID}, func(all []*domain.Lesson) error {
		s.Version = all[0].State().Version + 1
		all[0] = domain.RestoreLesson(s)
		return nil
	}))
}
