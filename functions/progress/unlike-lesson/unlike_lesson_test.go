package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/unlike-lesson"

func unlike(lesson *domain.Lesson, user localtest.User) localtest.Request {
	return localtest.Request{Method: http.MethodDelete, Path: "/api/lessons/" + lesson.State().ID.String() + "/like", Token: user.Token}
}

type view struct {
	Likes int
	Liked bool
}

// like likes as the other use case does.
func like(t testing.TB, stand *localtest.Stand, lesson *domain.Lesson, user localtest.User) {
	t.Helper()
	store := dynamo.Likes{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region, Regions: []string{localtest.Region}}
	_, err := store.Like(t.Context(), user.ID, lesson.State().ID, func(_ *domain.Lesson, like *domain.Like) (int, []domain.Event, error) {
		change, _ := like.Set(true, time.Now())
		return change, nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestUnlikeLesson(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, bo, lesson := stand.NewUser(t), stand.NewUser(t), stand.NewLesson(t, "go", 1)
	like(t, stand, lesson, ana)
	like(t, stand, lesson, bo)
	for range 2 {
		var answer localtest.Answer
		stand.WantCalls(t, name, func() { answer = api.Do(unlike(lesson, ana)) })
		var got view
		answer.Data(t, http.StatusOK, &got)
		if shape := answer.Shape(t); shape != "{data:{liked:bool likes:number} success:bool}" || got != (view{1, false}) {
			t.Errorf("got %s", answer.Body)
		}
	}
	t.Run("what was never liked is not liked", func(t *testing.T) {
		var got view
		if api.Do(unlike(stand.NewLesson(t, "go", 2), ana)).Data(t, http.StatusOK, &got); got != (view{}) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("a lesson that is gone can be unliked by who liked it, and is 404 to others", func(t *testing.T) {
		gone := stand.NewLesson(t, "go", 3)
		like(t, stand, gone, bo)
		table := stand.Table("LEARNING_TABLE")
		id := "LESSON#" + gone.State().ID.String()
		_, err := table.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table.Name, Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: id}, "sk": &types.AttributeValueMemberS{Value: "LESSON"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		var got view
		if api.Do(unlike(gone, bo)).Data(t, http.StatusOK, &got); got != (view{}) {
			t.Errorf("got %+v", got)
		}
		api.Do(unlike(gone, ana)).Fails(t, http.StatusNotFound, "lesson.not_found")
	})
	t.Run("a draft and what is no id are 404", func(t *testing.T) {
		api.Do(unlike(stand.NewDraft(t, "go", 4), ana)).Fails(t, http.StatusNotFound, "lesson.not_found")
		api.Do(localtest.Request{Method: http.MethodDelete, Path: "/api/lessons/x/like", Token: ana.Token}).Fails(t, http.StatusNotFound, "not_found")
	})
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, unlike(stand.NewLesson(t, "go", 1), localtest.User{}))
}

func TestADeadDatabaseIs503(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	stand.Intercept(localtest.Down())
	api.Do(unlike(lesson, user)).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
}
