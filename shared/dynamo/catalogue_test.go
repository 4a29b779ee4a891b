package dynamo_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// inOrder is the promised order of a list.
func inOrder(a, b domain.LessonState) int {
	return cmp.Or(strings.Compare(a.Track.String(), b.Track.String()), cmp.Compare(a.Difficulty, b.Difficulty),
		cmp.Compare(a.Order, b.Order), strings.Compare(a.ID.String(), b.ID.String()))
}

// listAll reads a list page by page and calls between after each page but the last.
func listAll(t *testing.T, in dynamo.Lessons, track string, limit int, between func()) []domain.LessonState {
	t.Helper()
	var all []domain.LessonState
	page := domain.Page{Limit: limit}
	for range 1000 {
		listed, next, err := in.List(t.Context(), domain.Shelf{Track: domain.RestoreTrack(track)}, page)
		if err != nil {
			t.Fatalf("page of %d after %q: %v", limit, page.After, err)
		}
		if len(listed) > limit || next != "" && len(listed) != limit {
			t.Errorf("a page of at most %d has %d lessons and next %q", limit, len(listed), next)
		}
		for _, lesson := range listed {
			all = append(all, lesson.State())
		}
		if next == "" {
			return all
		}
		page.After = next
		between()
	}
	t.Fatal("the list has no end")
	return nil
}

func create(t *testing.T, in dynamo.Lessons, lesson *domain.Lesson) domain.LessonState {
	t.Helper()
	must(t, in.Create(t.Context(), lesson))
	return lesson.State()
}

func TestD47EveryPageSizeListsEveryLessonOnce(t *testing.T) {
	t.Parallel()
	in := lessons(localtest.New(t))
	r := rand.New(rand.NewPCG(4, 4))
	tracks := []string{"go", "go-on-lambda", "go2", "a", "dynamodb"}
	var want []domain.LessonState
	for range 24 {
		order := []int{0, 9, 10, 99_999, 100_000, 999_999}[r.IntN(6)]
		want = append(want, create(t, in, newLesson(t, tracks[r.IntN(len(tracks))], 1+r.IntN(5), order)))
	}
	same := newLesson(t, "go", 3, 7).State()
	for range 3 { // told apart by the id alone
		same.ID = newID[domain.Lesson](t)
		want = append(want, create(t, in, domain.RestoreLesson(same)))
	}
	must(t, in.Create(t.Context(), hidden(newLesson(t, "go", 1, 1))))
	slices.SortFunc(want, inOrder)

	t.Run("of all tracks, in order", func(t *testing.T) {
		for limit := 1; limit <= len(want)+1; limit++ {
			if got := listAll(t, in, "", limit, func() {}); !slices.Equal(got, want) {
				t.Errorf("pages of %d list %v, want %v", limit, brief(got), brief(want))
			}
		}
	})
	t.Run("of one track and not of one whose name begins alike", func(t *testing.T) {
		for _, track := range append(tracks, "g", "go-on", "none") {
			mine := slices.DeleteFunc(slices.Clone(want), func(s domain.LessonState) bool { return s.Track.String() != track })
			for limit := 1; limit <= len(mine)+1; limit++ {
				if got := listAll(t, in, track, limit, func() {}); !slices.Equal(got, mine) {
					t.Errorf("%s: pages of %d list %v, want %v", track, limit, brief(got), brief(mine))
				}
			}
		}
	})
}

// While a list is read page by page, others insert, delete, hide, show and move lessons: whatever stays in its place is listed exactly once,
// and nothing that was not there at some time is listed.
func TestD49WhatStaysIsListedOnceWhileOthersInsertAndDelete(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			in := lessons(localtest.New(t))
			r := rand.New(rand.NewPCG(5, seed))
			any := func() *domain.Lesson { return newLesson(t, []string{"go", "sql"}[r.IntN(2)], 1+r.IntN(3), r.IntN(50)) }
			stays, ever := map[domain.LessonID]bool{}, map[domain.LessonID]bool{}
			for range 5 + r.IntN(20) {
				id := create(t, in, any()).ID
				stays[id], ever[id] = true, true
			}
			disturb := func() {
				for range r.IntN(4) {
					made := create(t, in, any())
					ever[made.ID] = true
					for id := range stays { // any of them
						if r.IntN(2) == 0 {
							must(t, in.Change(t.Context(), []domain.LessonID{id}, func(all []*domain.Lesson) error {
								order := r.IntN(50)
								switch r.IntN(3) {
								case 0:
									all[0] = nil
								case 1:
									return all[0].Publish(false, noon)
								case 2:
									return all[0].Edit(domain.LessonPatch{Order: &order}, noon)
								}
								return nil
							}))
							delete(stays, id)
						}
						break
					}
				}
			}
			shelf := []string{"", "go"}[r.IntN(2)]
			listed := listAll(t, in, shelf, 1+r.IntN(4), disturb)
			if !slices.IsSortedFunc(listed, inOrder) {
				t.Errorf("listed out of order: %v", brief(listed))
			}
			times := map[domain.LessonID]int{}
			for _, s := range listed {
				times[s.ID]++
				if !ever[s.ID] || stays[s.ID] && times[s.ID] > 1 {
					t.Errorf("lesson %s is listed %d times", s.ID, times[s.ID])
				}
			}
			for id := range stays {
				lesson, err := in.Lesson(t.Context(), id)
				must(t, err)
				if shelf != "" && lesson.State().Track.String() != shelf {
					continue
				}
				if times[id] != 1 {
					t.Errorf("lesson %s was there all the time and is listed %d times, want once", id, times[id])
				}
			}
		})
	}
}

// The page after a full last page would be empty: nobody should be sent there.
func TestAFullLastPageIsTheEnd(t *testing.T) {
	t.Parallel()
	in := lessons(localtest.New(t))
	for i := range 4 {
		create(t, in, newLesson(t, "go", 1, i))
	}
	for _, limit := range []int{2, 4} {
		page := domain.Page{Limit: limit}
		for range 4 / limit {
			listed, next, err := in.List(t.Context(), domain.Shelf{}, page)
			must(t, err)
			page.After = next
			if len(listed) != limit {
				t.Errorf("a page of %d has %d lessons", limit, len(listed))
			}
		}
		if page.After != "" {
			t.Errorf("4 lessons in pages of %d end with next %q, want none", limit, page.After)
		}
	}
}

func TestListIsOneCall(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := lessons(stand)
	for i := range 5 {
		create(t, in, newLesson(t, "go", 1, i))
	}
	got := calls(stand, func() {
		_, _, err := in.List(t.Context(), domain.Shelf{Track: domain.RestoreTrack("go")}, domain.Page{Limit: 3})
		must(t, err)
	})
	if want := []string{"Query"}; !slices.Equal(got, want) {
		t.Errorf("List asked %v, want %v", got, want)
	}
}

// brief names lessons shortly.
func brief(all []domain.LessonState) (names []string) {
	for _, s := range all {
		names = append(names, fmt.Sprintf("%s/%d/%d/%s", s.Track, s.Difficulty, s.Order, s.ID.String()[30:]))
	}
	return names
}
