package main

import (
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// D42: a count that no like stands behind. What a region has counted for a user can be more or less than a like, when another region was
// told too.
func TestD42ErasingAUserKeepsCountsExactThatTwoRegionsMade(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	ana, bo := stand.NewUser(t), stand.NewUser(t)
	regions := []string{localtest.Region, "eu-west-1"}
	set := func(region string, known []string, user localtest.User, lesson domain.LessonID, liked bool) {
		t.Helper()
		in := dynamo.Likes{Table: stand.Table("LEARNING_TABLE"), Region: region, Regions: known}
		_, err := in.Like(t.Context(), user.ID, lesson, func(_ *domain.Lesson, like *domain.Like) (int, []domain.Event, error) {
			change, _ := like.Set(liked, time.Now())
			return change, nil, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	here, there := regions[0], regions[1]
	for i, then := range []func(lesson domain.LessonID){
		func(domain.LessonID) {},
		func(lesson domain.LessonID) { set(there, regions, ana, lesson, false) },        // taken back
		func(lesson domain.LessonID) { set(there, []string{there}, ana, lesson, true) }, // counted twice, unseen
	} {
		lesson := stand.NewLesson(t, "go", i).State().ID
		set(here, regions, bo, lesson, true)
		set(here, regions, ana, lesson, true)
		then(lesson)
	}
	if err := consumer(t, stand, func() {}).Deliver(deleted(t, ana.ID)); err != nil {
		t.Fatal(err)
	}
	counts := map[any]float64{}
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if n, ok := item["likes"].(float64); ok {
			counts[item["pk"]] += n
		}
	}
	for lesson, n := range counts {
		if n != 1 {
			t.Errorf("%v has %v likes, want the other user's", lesson, n)
		}
	}
	if len(counts) != 3 {
		t.Errorf("%d lessons have counts, want 3", len(counts))
	}
}
