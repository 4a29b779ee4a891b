package main

import (
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// set likes a lesson, or not, in a region.
func set(t testing.TB, stand *localtest.Stand, region string, lesson domain.LessonID, user localtest.User, liked bool) {
	t.Helper()
	store := dynamo.Likes{Table: stand.Table("LEARNING_TABLE"), Region: region, Regions: []string{localtest.Region, "eu-west-1"}}
	_, err := store.Like(t.Context(), user.ID, lesson, func(_ *domain.Lesson, like *domain.Like) (int, []domain.Event, error) {
		change, _ := like.Set(liked, time.Now())
		return change, nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestALessonShowsItsLikesAndSoDoesItsETag(t *testing.T) {
	t.Parallel()
	const here, there = localtest.Region, "eu-west-1"
	stand := localtest.New(t)
	buckets.Open(t, stand)
	env := stand.Env(t, name)
	variable := env.Lookup
	env.Lookup = func(name string) string {
		if name == "REGIONS" {
			return here + "," + there
		}
		return variable(name)
	}
	api := stand.ServeEnv(t, name, env, handler)
	ana, bo := stand.NewUser(t), stand.NewUser(t)
	made, other := publish(t, stand, "<p>Hi</p>"), publish(t, stand, "<p>Ho</p>")
	tag := map[localtest.User]string{}
	see := func(user localtest.User, likes int, liked bool) {
		t.Helper()
		header := http.Header{"If-None-Match": {tag[user]}}
		answer := api.Do(localtest.Request{Method: http.MethodGet, Path: path(made.ID.String()), Token: user.Token, Header: header})
		var got struct {
			Metadata struct {
				Likes int
				Liked bool
			}
		}
		if answer.Data(t, http.StatusOK, &got); got.Metadata.Likes != likes || got.Metadata.Liked != liked {
			t.Errorf("got %+v, want %d and %v", got.Metadata, likes, liked)
		}
		tag[user] = answer.Header.Get("ETag")
		header = http.Header{"If-None-Match": {tag[user]}}
		again := api.Do(localtest.Request{Method: http.MethodGet, Path: path(made.ID.String()), Token: user.Token, Header: header})
		if again.Status != http.StatusNotModified || again.Header.Get("ETag") != tag[user] {
			t.Errorf("with %s: %d %s, want 304", tag[user], again.Status, again.Header.Get("ETag"))
		}
	}
	see(ana, 0, false)
	set(t, stand, here, made.ID, ana, true)
	see(ana, 1, true)
	see(bo, 1, false)
	if tag[ana] == tag[bo] {
		t.Errorf("both who likes it and who does not have %s", tag[ana])
	}
	set(t, stand, there, made.ID, bo, true)
	see(ana, 2, true)
	see(bo, 2, true)
	set(t, stand, there, made.ID, ana, false)
	see(ana, 1, false)
	see(bo, 1, true)
	set(t, stand, here, other.ID, ana, true)
	if got := api.Get(path(made.ID.String()), ana.Token).Header.Get("ETag"); got != tag[ana] {
		t.Errorf("a like of another lesson made %s of %s", got, tag[ana])
	}
}
