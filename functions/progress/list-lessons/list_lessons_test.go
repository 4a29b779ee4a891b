package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const (
	name = "progress/list-lessons"
	path = "/api/lessons"
)

type lesson struct {
	ID, Title, Track, CreatedAt string
	Difficulty, Order           int
}

type pagination struct {
	Limit      int
	HasNext    bool
	NextCursor *string
}

// list reads one page.
func list(t testing.TB, answer localtest.Answer) (titles []string, next pagination) {
	t.Helper()
	var lessons []lesson
	answer.Data(t, http.StatusOK, &lessons)
	for _, l := range lessons {
		titles = append(titles, l.Title)
	}
	var form struct{ Pagination pagination }
	if err := json.Unmarshal(answer.Body, &form); err != nil {
		t.Fatal(err)
	}
	if p := form.Pagination; p.HasNext != (p.NextCursor != nil) {
		t.Errorf("hasNext %v with cursor %v", p.HasNext, p.NextCursor)
	}
	return titles, form.Pagination
}

// cursor is where a page goes on; it fails the test at the end of the list.
func (p pagination) cursor(t testing.TB) string {
	t.Helper()
	if p.NextCursor == nil {
		t.Fatal("the list ends here")
	}
	return *p.NextCursor
}

// pages reads a list to its end.
func pages(t testing.TB, api *localtest.API, query, token string) (titles []string, count int) {
	t.Helper()
	for cursor := ""; ; count++ {
		page, next := list(t, api.Get(path+"?"+query+"&cursor="+url.QueryEscape(cursor), token))
		titles = append(titles, page...)
		if !next.HasNext {
			return titles, count + 1
		}
		if len(page) == 0 || len(page) > next.Limit || count > 100 {
			t.Fatalf("page %d of limit %d has %d lessons and a next one", count, next.Limit, len(page))
		}
		cursor = next.cursor(t)
	}
}

// titles are lessons as localtest names them.
func titles(track string, from, to int) (all []string) {
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprintf("Lesson %d of %s", i, track))
	}
	return all
}

func TestListLessonsAnswersAPage(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	t.Run("an empty catalogue is an empty list", func(t *testing.T) {
		answer := api.Get(path, user.Token)
		if got, next := list(t, answer); len(got) != 0 || next.HasNext || !strings.Contains(string(answer.Body), `"data":[]`) {
			t.Errorf("got %s", answer.Body)
		}
	})
	made := stand.NewLesson(t, "go", 3).State()
	stand.NewLesson(t, "rust", 1)
	stand.NewDraft(t, "go", 2)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path+"?limit=1", user.Token) })
	entry := "{createdAt:text difficulty:number id:text order:number published:bool summary:text title:text track:text updatedAt:text}"
	want := "{data:[" + entry + "] pagination:{hasNext:bool limit:number nextCursor:text} success:bool}"
	if shape := answer.Shape(t); shape != want {
		t.Errorf("shape\n got %s\nwant %s", shape, want)
	}
	var lessons []lesson
	answer.Data(t, http.StatusOK, &lessons)
	if l := lessons[0]; l.ID != made.ID.String() || l.Title != made.Title || l.Track != "go" || l.Order != 3 || l.Difficulty != 1 {
		t.Errorf("got %+v, want %+v", l, made)
	}
	if got, next := list(t, api.Get(path, user.Token)); len(got) != 2 || next.Limit != 20 {
		t.Errorf("got %q with limit %d, want both published lessons with 20", got, next.Limit)
	}
	if fields := api.Get(path+"?page=2", user.Token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); fields != "page" {
		t.Errorf("an unknown parameter: details name %q, want page", fields)
	}
}

func TestD47PagesAreComplete(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	for i := range 23 {
		stand.NewLesson(t, "go", (i*7)%23) // not in their order
	}
	for i := range 4 {
		stand.NewLesson(t, "go-advanced", i)
	}
	all := slices.Concat(titles("go", 0, 23), titles("go-advanced", 0, 4))
	for _, c := range []struct {
		query string
		want  []string
		pages int
	}{
		{"limit=10", all, 3}, {"limit=1", all, 27}, {"limit=27", all, 1}, {"limit=100", all, 1}, {"", all, 2},
		{"track=go&limit=10", titles("go", 0, 23), 3}, {"track=go-advanced&limit=3", titles("go-advanced", 0, 4), 2}, {"track=none", nil, 1},
	} {
		t.Run("with "+c.query, func(t *testing.T) {
			got, n := pages(t, api, c.query, user.Token)
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			if n != c.pages && n != c.pages+1 { // DynamoDB tells the end only after it
				t.Errorf("%d pages, want %d", n, c.pages)
			}
		})
	}
	t.Run("what is added meanwhile repeats and hides nothing", func(t *testing.T) {
		first, next := list(t, api.Get(path+"?track=go-advanced&limit=2", user.Token))
		stand.NewLesson(t, "go-advanced", 0) // before the position
		stand.NewLesson(t, "go-advanced", 9) // after it
		rest, _ := list(t, api.Get(path+"?track=go-advanced&limit=50&cursor="+next.cursor(t), user.Token))
		want := append(titles("go-advanced", 0, 4), titles("go-advanced", 9, 10)...)
		if got := append(first, rest...); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestD48LimitsAreChecked(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	for _, limit := range []string{"0", "-1", "101", "abc", "1e9", "1000000000", "99999999999999999999", "", "1.5", "%31%00", "NaN", "0x10", "1&limit=2"} {
		t.Run("limit="+limit+" is refused", func(t *testing.T) {
			if got := api.Get(path+"?limit="+limit, user.Token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "limit" {
				t.Errorf("details name %q, want limit", got)
			}
		})
	}
	for _, limit := range []int{1, 20, 100} {
		if _, next := list(t, api.Get(fmt.Sprintf("%s?limit=%d", path, limit), user.Token)); next.Limit != limit {
			t.Errorf("limit %d is answered as %d", limit, next.Limit)
		}
	}
	for _, track := range []string{"Go", "go%20lang", "go%23", "-go", "go--x", strings.Repeat("a", 65), "%C3%A4", "PUBLISHED%23"} {
		t.Run("track="+track+" is refused", func(t *testing.T) {
			if got := api.Get(path+"?track="+track, user.Token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "track" {
				t.Errorf("details name %q, want track", got)
			}
		})
	}
	t.Run("every wrong part is named at once", func(t *testing.T) {
		if got := api.Get(path+"?limit=0&cursor=x", user.Token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "limit cursor" {
			t.Errorf("details name %q, want limit and cursor", got)
		}
	})
}

func TestD49ACursorIsForItsOwnList(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, bo := stand.NewUser(t), stand.NewUser(t)
	for i := range 3 {
		stand.NewLesson(t, "go", i)
	}
	_, next := list(t, api.Get(path+"?track=go&limit=1", ana.Token))
	cursor := next.cursor(t)
	flipped := []byte(cursor)
	flipped[len(flipped)/2] ^= 1
	other := stand.Serve(t, name, handler) // another instance of the function, same key
	if got, _ := list(t, other.Get(path+"?track=go&limit=2&cursor="+cursor, ana.Token)); !slices.Equal(got, titles("go", 1, 3)) {
		t.Errorf("the cursor goes on with %q", got)
	}
	for _, c := range []struct{ what, query, token string }{
		{"another user's", "track=go&cursor=" + cursor, bo.Token},
		{"another track's", "track=rust&cursor=" + cursor, ana.Token},
		{"of one track for all", "cursor=" + cursor, ana.Token},
		{"changed", "track=go&cursor=" + string(flipped), ana.Token},
		{"cut", "track=go&cursor=" + cursor[:len(cursor)-4], ana.Token},
		{"longer", "track=go&cursor=" + cursor + "AAAA", ana.Token},
		{"padded", "track=go&cursor=" + cursor + "%3D", ana.Token},
		{"with a line break", "track=go&cursor=" + cursor + "%0A", ana.Token},
		{"without its signature", "track=go&cursor=Z28jMQ", ana.Token},
		{"a lesson's id", "track=go&cursor=01890a5d-ac96-774b-bcce-b302099a8057", ana.Token},
		{"very long", "track=go&cursor=" + strings.Repeat("A", 4000), ana.Token},
	} {
		t.Run("a cursor that is "+c.what+" is refused", func(t *testing.T) {
			f := api.Get(path+"?"+c.query, c.token).Fails(t, http.StatusBadRequest, "request.invalid")
			if f.Fields() != "cursor" {
				t.Errorf("details name %q, want cursor", f.Fields())
			}
		})
	}
	t.Run("a cursor tells nothing of the keys", func(t *testing.T) {
		if strings.Contains(cursor, "go#") || strings.Contains(cursor, "PUBLISHED") {
			t.Errorf("cursor %s", cursor)
		}
	})
}

func TestTheListIsFiltered(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	learner, editor := stand.NewUser(t).Token, stand.NewUserAs(t, domain.Editor).Token
	for i := range 3 {
		stand.NewLesson(t, "go", i)
		harder := stand.NewLesson(t, "go", 10+i).State()
		in := dynamo.Lessons{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region}
		if _, err := domain.UpdateLesson(t.Context(), in, harder.ID, func(l *domain.Lesson) error {
			two := 2
			return l.Edit(domain.LessonPatch{Difficulty: &two}, time.Now())
		}); err != nil {
			t.Fatal(err)
		}
		stand.NewDraft(t, "go", 20+i)
	}
	for query, want := range map[string][]string{
		"track=go&difficulty=1&limit=2": titles("go", 0, 3), "track=go&difficulty=2&limit=1": titles("go", 10, 13), "track=go&difficulty=3": nil,
		"track=go&drafts=false": append(titles("go", 0, 3), titles("go", 10, 13)...),
	} {
		if got, _ := pages(t, api, query, learner); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	if got, _ := pages(t, api, "drafts=true&limit=2", editor); !slices.Equal(got, titles("go", 20, 23)) {
		t.Errorf("the drafts are %q", got)
	}
	api.Get(path+"?drafts=true", learner).Fails(t, http.StatusForbidden, "auth.forbidden")
	for query, field := range map[string]string{
		"difficulty=1": "difficulty", "track=go&difficulty=0": "difficulty", "track=go&difficulty=6": "difficulty", "track=go&difficulty=x": "difficulty",
		"drafts=1": "drafts", "track=Go&difficulty=9&drafts=x": "track difficulty drafts",
	} {
		if got := api.Get(path+"?"+query, editor).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != field {
			t.Errorf("%s names %q, want %q", query, got, field)
		}
	}
	t.Run("a cursor is for its own filter", func(t *testing.T) {
		_, next := list(t, api.Get(path+"?track=go&difficulty=1&limit=1", editor))
		for _, query := range []string{"track=go&difficulty=2", "track=go", "track=go&difficulty=1&drafts=true"} {
			api.Get(path+"?"+query+"&cursor="+next.cursor(t), editor).Fails(t, http.StatusBadRequest, "request.invalid")
		}
	})
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path + "?limit=0"})
}

func TestADeadDatabaseIs503(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	stand.Intercept(localtest.Down())
	api.Get(path, user.Token).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(nil)
	list(t, api.Get(path, user.Token))
}
