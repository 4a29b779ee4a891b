package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/platform"
)

const (
	name = "progress/list-progress"
	path = "/api/progress"
)

var (
	noon    = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	regions = []string{localtest.Region, "eu-west-1", "ap-northeast-1"}
)

type entry struct {
	LessonID, Title, FirstCompletedAt string
	Attempts, BestScore               int
}

// page reads one page and where it goes on, "" at the end.
func page(t testing.TB, answer localtest.Answer) (entries []entry, next string) {
	t.Helper()
	answer.Data(t, http.StatusOK, &entries)
	var form struct {
		Pagination struct {
			Limit      int
			HasNext    bool
			NextCursor *string
		}
	}
	if err := json.Unmarshal(answer.Body, &form); err != nil {
		t.Fatal(err)
	}
	p := form.Pagination
	if p.HasNext != (p.NextCursor != nil) || len(entries) > p.Limit || p.HasNext && len(entries) < p.Limit {
		t.Errorf("%d entries with %s", len(entries), answer.Body[max(0, len(answer.Body)-200):])
	}
	if p.NextCursor != nil {
		next = *p.NextCursor
	}
	return entries, next
}

// many is the environment of a function that knows all regions.
func many(t testing.TB, stand *localtest.Stand) *platform.Env {
	t.Helper()
	env := stand.Env(t, name)
	lookup := env.Lookup
	env.Lookup = func(variable string) string {
		if variable == "REGIONS" {
			return strings.Join(regions, ",")
		}
		return lookup(variable)
	}
	return env
}

// complete records an attempt in a region that knows of itself alone.
func complete(t testing.TB, stand *localtest.Stand, region string, user localtest.User, lesson domain.LessonID, at time.Time) {
	t.Helper()
	in := dynamo.Learning{Table: stand.Table("LEARNING_TABLE"), Region: region, Regions: []string{region}, Identity: stand.Variable("IDENTITY_TABLE")}
	id, err := domain.NewID[domain.Attempt](at, rand.NewChaCha8([32]byte{byte(rand.Uint32()), byte(rand.Uint32()), byte(rand.Uint32())}))
	if err != nil {
		t.Fatal(err)
	}
	err = in.Learn(t.Context(), user.ID, []domain.LessonID{lesson}, func(s *domain.Study) ([]domain.Event, error) {
		_, err := s.Complete(lesson, domain.Attempt{ID: id, Score: 80, At: at})
		return nil, err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestListProgressShowsTheLatestFirst(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, bo := stand.NewUser(t), stand.NewUser(t)
	if got, next := page(t, api.Get(path, ana.Token)); len(got) != 0 || next != "" {
		t.Errorf("a beginner has %v, %q", got, next)
	}
	var lessons []*domain.Lesson
	for i := range 5 {
		lessons = append(lessons, stand.NewLesson(t, "go", i))
		stand.Complete(t, ana, lessons[i], 80, noon.Add(time.Duration(i)*time.Minute))
	}
	stand.Complete(t, ana, lessons[1], 100, noon.Add(time.Hour)) // again: it stays where it is
	stand.Complete(t, bo, lessons[0], 80, noon)
	stand.Withdraw(t, lessons[3]) // stays in the history
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path+"?limit=5", ana.Token) })
	got, next := page(t, answer)
	for i, e := range got {
		if want := lessons[4-i].State(); e.LessonID != want.ID.String() || e.Title != want.Title || e.FirstCompletedAt != domain.FormatTime(noon.Add(time.Duration(4-i)*time.Minute)) {
			t.Errorf("entry %d is %+v, want %s", i, e, want.Title)
		}
	}
	if len(got) != 5 || next != "" || got[3].BestScore != 100 || got[3].Attempts != 2 {
		t.Errorf("got %+v, next %q", got, next)
	}
	one := "{attempts:number bestScore:number completed:bool firstCompletedAt:text lastCompletedAt:text lastScore:number lessonId:text position:null title:text track:text}"
	if want := "{data:[" + one + "] pagination:{hasNext:bool limit:number nextCursor:null} success:bool}"; answer.Shape(t) != want {
		t.Errorf("shape\n got %s\nwant %s", answer.Shape(t), want)
	}
}

// D49: an offset skips and repeats when something comes or goes. Here three regions that hear of each other late finish lessons, several of
// them the same ones and in the same millisecond, while somebody reads page by page and other lessons come and go.
func TestD49NothingIsSkippedAndNothingTwice(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.ServeEnv(t, name, many(t, stand), handler)
	r := rand.New(rand.NewPCG(1, 2))
	var lessons []domain.LessonID
	for i := range 60 {
		lessons = append(lessons, stand.NewLesson(t, "go", i).State().ID)
	}
	at := func() time.Time { return noon.Add(time.Duration(r.IntN(20)) * time.Millisecond) }
	for round := range 6 {
		user := stand.NewUser(t)
		firsts := map[domain.LessonID]time.Time{} // of the lessons that are there all the time
		for _, id := range lessons[:20+r.IntN(10)] {
			for range 1 + r.IntN(2) {
				moment := at()
				if first, ok := firsts[id]; !ok || moment.Before(first) {
					firsts[id] = moment
				}
				complete(t, stand, regions[r.IntN(3)], user, id, moment)
			}
		}
		coming, going := lessons[30:45], lessons[45:]
		for _, id := range going {
			complete(t, stand, regions[r.IntN(3)], user, id, at())
		}
		var seen []entry
		for cursor, n := "", 0; ; n++ {
			got, next := page(t, api.Get(fmt.Sprintf("%s?limit=%d&cursor=%s", path, 1+r.IntN(7), url.QueryEscape(cursor)), user.Token))
			seen = append(seen, got...)
			if cursor = next; cursor == "" {
				break
			}
			complete(t, stand, regions[r.IntN(3)], user, coming[n%15], at())
			forget(t, stand, user, going[n%15])
		}
		check(t, round, seen, firsts)
	}
}

// check wants each of the lessons once, at its place, and no other lesson twice.
func check(t *testing.T, round int, seen []entry, firsts map[domain.LessonID]time.Time) {
	t.Helper()
	count := map[string]int{}
	for i, e := range seen {
		count[e.LessonID]++
		if i > 0 && (e.FirstCompletedAt > seen[i-1].FirstCompletedAt || e.FirstCompletedAt == seen[i-1].FirstCompletedAt && e.LessonID >= seen[i-1].LessonID) {
			t.Errorf("round %d: %+v stands after %+v", round, e, seen[i-1])
		}
	}
	for id, first := range firsts {
		at := slices.IndexFunc(seen, func(e entry) bool { return e.LessonID == id.String() })
		if at < 0 || seen[at].FirstCompletedAt != domain.FormatTime(first) {
			t.Errorf("round %d: lesson %s of %v is not at its place", round, id, first)
		}
	}
	for id, n := range count {
		if n != 1 {
			t.Errorf("round %d: lesson %s stands %d times", round, id, n)
		}
	}
}

// forget deletes all that is known of a lesson.
func forget(t testing.TB, stand *localtest.Stand, user localtest.User, lesson domain.LessonID) {
	t.Helper()
	table := stand.Table("LEARNING_TABLE")
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if sk := item["sk"].(string); item["pk"] == "USER#"+user.ID.String() && strings.Contains(sk, lesson.String()) {
			if _, err := table.Client.DeleteItem(t.Context(), &awsdynamodb.DeleteItemInput{TableName: &table.Name, Key: map[string]types.AttributeValue{
				"pk": &types.AttributeValueMemberS{Value: "USER#" + user.ID.String()}, "sk": &types.AttributeValueMemberS{Value: sk},
			}}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestALateEarlierCompletionMovesALessonDown(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, a, b := stand.NewUser(t), stand.NewLesson(t, "go", 1), stand.NewLesson(t, "go", 2)
	stand.Complete(t, user, a, 80, noon)
	stand.Complete(t, user, b, 80, noon.Add(time.Hour))
	stand.Complete(t, user, b, 80, noon.Add(-time.Hour))
	got, _ := page(t, api.Get(path, user.Token))
	if len(got) != 2 || got[0].LessonID != a.State().ID.String() || got[1].FirstCompletedAt != domain.FormatTime(noon.Add(-time.Hour)) {
		t.Errorf("got %+v", got)
	}
	places := 0
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if strings.HasPrefix(item["sk"].(string), "DONE#") {
			places++
		}
	}
	if places != 2 {
		t.Errorf("%d places for 2 lessons", places)
	}
}

// D47, D48: a page of any size, and a count that was read from the text of a query.
func TestD47D48LimitsAreChecked(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	for _, limit := range []string{"0", "-1", "101", "abc", "1e9", "99999999999999999999", "", "1.5", "NaN"} {
		if got := api.Get(path+"?limit="+limit, user.Token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "limit" {
			t.Errorf("limit=%s: details name %q, want limit", limit, got)
		}
	}
	page(t, api.Get(path+"?limit=100", user.Token))
}

func TestD49ACursorIsForItsOwnList(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, bo := stand.NewUser(t), stand.NewUser(t)
	for i := range 3 {
		stand.Complete(t, ana, stand.NewLesson(t, "go", i), 80, noon.Add(time.Duration(i)*time.Minute))
	}
	_, cursor := page(t, api.Get(path+"?limit=1", ana.Token))
	if strings.Contains(cursor, "DONE") || strings.Contains(cursor, "2026") {
		t.Errorf("the cursor tells %s", cursor)
	}
	flipped := []byte(cursor)
	flipped[len(flipped)/2] ^= 1
	for what, c := range map[string]struct{ cursor, token string }{
		"another user's": {cursor, bo.Token}, "changed": {string(flipped), ana.Token}, "cut": {cursor[:len(cursor)-4], ana.Token},
		"longer": {cursor + "AAAA", ana.Token}, "a sort key": {"DONE%232026-03-04T12:00:00.000Z", ana.Token}, "nothing": {"%00", ana.Token},
	} {
		t.Run("a cursor that is "+what+" is refused", func(t *testing.T) {
			if got := api.Get(path+"?cursor="+c.cursor, c.token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "cursor" {
				t.Errorf("details name %q, want cursor", got)
			}
		})
	}
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path})
}

func TestWhatWasWrittenIsReadAtOnceAndADeadDatabaseIs503(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	stand.Complete(t, user, stand.NewLesson(t, "go", 1), 80, noon)
	stand.Intercept(localtest.Lagging)
	if got, _ := page(t, api.Get(path, user.Token)); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	for _, action := range []string{"Query", "BatchGetItem"} {
		stand.Intercept(localtest.Down(action))
		api.Get(path, user.Token).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	}
}
