package main

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

// spoil changes an item of the user's as an accident would.
func spoil(t testing.TB, stand *localtest.Stand, user localtest.User, sk, update string, names map[string]string) {
	t.Helper()
	table := stand.Table("LEARNING_TABLE")
	_, err := table.Client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &table.Name, UpdateExpression: &update, ExpressionAttributeNames: names,
		ExpressionAttributeValues: map[string]types.AttributeValue{":n": &types.AttributeValueMemberN{Value: "7"}},
		Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "USER#" + user.ID.String()}, "sk": &types.AttributeValueMemberS{Value: sk},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func learner(t testing.TB, stand *localtest.Stand, n int) (user localtest.User, lessons []*domain.Lesson) {
	t.Helper()
	user = stand.NewUser(t)
	for i := range n {
		lessons = append(lessons, stand.NewLesson(t, "go", i))
		stand.Complete(t, user, lessons[i], domain.Score(10*i), time.Now().Add(-time.Duration(i)*time.Hour))
	}
	return user, lessons
}

func total(t testing.TB, stand *localtest.Stand, user localtest.User) domain.Summary {
	t.Helper()
	overview, err := stand.Learning().Dashboard(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return overview.Summary
}

func TestRebuildReportsDriftAndPutsItRight(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	good, _ := learner(t, stand, 2)
	bad, lessons := learner(t, stand, 12)
	want := total(t, stand, bad)
	spoil(t, stand, bad, "SUMMARY#"+localtest.Region, "ADD completed :n, scoreSum :n SET tracks.#go.n = :n REMOVE recent[0]", map[string]string{"#go": "go"})
	spoil(t, stand, bad, "PROGRESS#"+lessons[3].State().ID.String()+"#"+localtest.Region, "SET counted.#go.s = :n", map[string]string{"#go": "go"})
	table := stand.Table("LEARNING_TABLE")
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if sk := item["sk"].(string); strings.HasPrefix(sk, "DONE#") && strings.Contains(sk, lessons[5].State().ID.String()) {
			if _, err := table.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table.Name, Key: map[string]types.AttributeValue{
				"pk": &types.AttributeValueMemberS{Value: "USER#" + bad.ID.String()}, "sk": &types.AttributeValueMemberS{Value: sk},
			}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	accounts := stand.Env(t, "users/list-users").Accounts()
	rows := func(write bool) string {
		var out bytes.Buffer
		if err := (rebuild{stand.Learning(), write, &out}).all(t.Context(), accounts); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	report := rows(false)
	if !strings.Contains(report, bad.ID.String()+": 12 lessons finished, 19 counted; scores 660, 667 counted; 1 lessons counted wrongly, 1 missing in the history, summary differs: true; found") ||
		strings.Contains(report, good.ID.String()) || !strings.Contains(report, "2 users, 1 of them") {
		t.Errorf("report\n%s", report)
	}
	if report := rows(false); !strings.Contains(report, "2 users, 1 of them") {
		t.Errorf("a report alone changed something:\n%s", report)
	}
	if report := rows(true); !strings.Contains(report, "put right") {
		t.Errorf("report\n%s", report)
	}
	if report := rows(false); report != "2 users, 0 of them with totals that differ\n" {
		t.Errorf("afterwards\n%s", report)
	}
	if got := total(t, stand, bad); !got.Same(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// The learner goes on while the command writes: nothing is lost.
func TestRebuildIsSafeWhileTheSystemRuns(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	user, lessons := learner(t, stand, 6)
	var all sync.WaitGroup
	all.Go(func() {
		for i := range 30 {
			stand.Complete(t, user, lessons[i%6], domain.Score(50+i), time.Now())
		}
	})
	for i := range 10 {
		if i%3 == 0 {
			spoil(t, stand, user, "SUMMARY#"+localtest.Region, "ADD completed :n, scoreSum :n", nil)
		}
		if _, err := stand.Learning().Rebuild(t.Context(), user.ID, true, time.Now(), strings.NewReader(strings.Repeat("x", 1000))); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
	if _, err := stand.Learning().Rebuild(context.Background(), user.ID, true, time.Now(), strings.NewReader(strings.Repeat("x", 1000))); err != nil {
		t.Error(err)
	}
	if got := total(t, stand, user).Total; got != (domain.Tally{Completed: 6, ScoreSum: 74 + 75 + 76 + 77 + 78 + 79}) {
		t.Errorf("total %+v", got)
	}
}

func TestBadArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"--all", "--user", "x"}, {"--user", "x", "--local"}, {"--all", "--local", "more"}, {"--what"}} {
		if err := run(t.Context(), args, &bytes.Buffer{}); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}
