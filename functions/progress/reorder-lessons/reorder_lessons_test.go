package main

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/reorder-lessons"

const path = "/api/lessons/order"

// body is a request that puts lessons of a track, difficulty 1, into an order.
func body(t testing.TB, track string, ids []string, more string) string {
	t.Helper()
	list, err := json.Marshal(ids)
	if err != nil {
		t.Fatal(err)
	}
	return `{"track":"` + track + `","difficulty":1,"ids":` + string(list) + more + `}`
}

// order is the track as it is listed, drafts apart.
func order(t testing.TB, stand *localtest.Stand, track string) (ids []string) {
	t.Helper()
	in := dynamo.Lessons{Table: stand.Table("LEARNING_TABLE")}
	all, _, err := in.List(t.Context(), domain.Shelf{Track: domain.RestoreTrack(track), Difficulty: 1}, domain.Page{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		ids = append(ids, l.State().ID.String())
	}
	return ids
}

func TestD59AnEditorReordersATrack(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	token := stand.NewUserAs(t, domain.Editor).Token
	var ids []string
	for i := range domain.MaxChange {
		ids = append(ids, stand.NewLesson(t, "go", i).State().ID.String())
	}
	rand.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Post(path, token, body(t, "go", ids, "")) })
	for range 2 { // repeating changes nothing
		var got []struct {
			ID    string
			Order int
		}
		answer.Data(t, http.StatusOK, &got)
		if len(got) != len(ids) || got[0].ID != ids[0] || got[0].Order != 1 || got[99].Order != 100 || !slices.Equal(order(t, stand, "go"), ids) {
			t.Errorf("got %d lessons, the first %v; listed in another order than asked", len(got), got[0])
		}
		answer = api.Post(path, token, body(t, "go", ids, ""))
	}
	t.Run("a part begins where it is told to", func(t *testing.T) {
		api.Post(path, token, body(t, "go", ids[:2], `,"first":500`)).Data(t, http.StatusOK, &[]struct{}{})
		if want := append(slices.Clone(ids[2:]), ids[:2]...); !slices.Equal(order(t, stand, "go"), want) {
			t.Error("the two are not at the end")
		}
	})
	t.Run("all or none", func(t *testing.T) {
		before := order(t, stand, "go")
		strange := []string{ids[1], stand.NewLesson(t, "sql", 1).State().ID.String(), ids[0], "01890a5d-ac96-774b-bcce-b302099a8057"}
		if got := api.Post(path, token, body(t, "go", strange, "")).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "ids.1 ids.3" {
			t.Errorf("details name %q", got)
		}
		stand.Intercept(localtest.Down("TransactWriteItems"))
		api.Post(path, token, body(t, "go", ids, "")).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
		stand.Intercept(nil)
		if !slices.Equal(order(t, stand, "go"), before) {
			t.Error("some have moved")
		}
	})
	t.Run("the request is checked", func(t *testing.T) {
		for b, fields := range map[string]string{
			`{"track":"Go","difficulty":0,"ids":[]}`: "track difficulty ids",
			body(t, "go", append(ids, ids[0]), ""):   "ids ids.100",
			body(t, "go", ids, `,"first":999901`):    "first",
			body(t, "go", []string{"x"}, ""):         "ids.0",
			body(t, "go", ids[:1], `,"first":"1"`):   "first",
		} {
			if got := api.Post(path, token, b).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != fields {
				t.Errorf("%.60s names %q, want %q", b, got, fields)
			}
		}
	})
	if got := strings.Count(string(answer.Body), `"published":true`); got != domain.MaxChange {
		t.Errorf("%d of the lessons are published", got)
	}
}

func TestD66StrangersGet401AndD59LearnersGet403(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	good := localtest.Request{Method: http.MethodPost, Path: path, Body: body(t, "go", []string{"01890a5d-ac96-774b-bcce-b302099a8057"}, "")}
	api.RefusesStrangers(t, stand, good)
	api.RefusesLearners(t, stand, good)
}
