package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/events"
	"lyceum/shared/platform"
)

const name = "users/erase-user"

// consumer is the function; meanwhile runs while it waits for requests that were under way.
func consumer(t testing.TB, stand *localtest.Stand, meanwhile func()) *localtest.Consumer {
	t.Helper()
	return stand.Consume(t, name, func(env *platform.Env) events.Handler {
		return EraseUser{env.Erasures(), env.Now, func(_ context.Context, d time.Duration) error {
			if d > settled || d < settled-10*time.Second {
				t.Errorf("it waits %v, want %v", d, settled)
			}
			meanwhile()
			return nil
		}}.Do
	})
}

func deleted(t testing.TB, user domain.UserID) domain.Event {
	t.Helper()
	session, err := domain.NewID[domain.Session](time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	event, err := domain.NewEvent(domain.UserDeleted, time.Now(), rand.Reader, map[string]string{"userId": user.String(), "sessionId": session.String()})
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// late writes an item of a user who is gone.
func late(t testing.TB, stand *localtest.Stand, user localtest.User) {
	t.Helper()
	table := stand.Table("LEARNING_TABLE")
	_, err := table.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table.Name, Item: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "USER#" + user.ID.String()}, "sk": &types.AttributeValueMemberS{Value: "PROGRESS#late"},
	}})
	if err != nil {
		t.Error(err)
	}
}

// left are the keys of all items that name the user, but for the mark that ends their sessions, and events.
func left(t testing.TB, stand *localtest.Stand, user localtest.User) (found []string) {
	t.Helper()
	for _, table := range []string{"IDENTITY_TABLE", "LEARNING_TABLE", "EPHEMERAL_TABLE"} {
		for _, item := range stand.Items(t, table) {
			text := fmt.Sprint(item)
			if (strings.Contains(text, user.ID.String()) || strings.Contains(text, user.Email)) && item["sk"] != "SESSION#EPOCH" && item["sk"] != "EVENT" {
				found = append(found, fmt.Sprint(item["pk"], " ", item["sk"]))
			}
		}
	}
	return found
}

func TestPartsOfAnUnfinishedUploadAreErased(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	user := stand.NewUser(t)
	content := make([]byte, domain.PartSize+1)
	upload := buckets.Start(t, stand, user, int64(len(content)))
	if sent := buckets.SendPart(t, stand, upload, 1, content); sent.Status != http.StatusOK {
		t.Fatalf("S3 answers %d %s", sent.Status, sent.Body)
	}
	if err := consumer(t, stand, func() {}).Deliver(deleted(t, user.ID)); err != nil {
		t.Fatal(err)
	}
	if sent := buckets.SendPart(t, stand, upload, 2, content); sent.Status != http.StatusNotFound {
		t.Errorf("a part after the erasure: %d %s, want 404", sent.Status, sent.Body)
	}
}

// live leaves what users leave: progress, a session, a picture and a like.
func live(t testing.TB, stand *localtest.Stand, user localtest.User, lesson *domain.Lesson) {
	t.Helper()
	stand.Complete(t, user, lesson, 80, time.Now())
	stand.SignIn(t, user, "laptop", time.Now())
	buckets.Pictures(t, stand, user)
	_, err := likes(stand).Like(t.Context(), user.ID, lesson.State().ID, func(_ *domain.Lesson, l *domain.Like) (int, []domain.Event, error) {
		change, _ := l.Set(true, time.Now())
		return change, nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func likes(stand *localtest.Stand) dynamo.Likes {
	return dynamo.Likes{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region, Regions: []string{localtest.Region}}
}

// D56: a deletion that died left the rest for ever.
func TestD56TheEventAloneErases(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	ana, other := stand.NewUser(t), stand.NewUser(t)
	lesson := stand.NewLesson(t, "go", 1)
	stand.Complete(t, other, lesson, 80, time.Now())
	live(t, stand, ana, lesson)
	event := deleted(t, ana.ID)
	c := consumer(t, stand, func() { late(t, stand, ana) }) // a request that was under way
	for range 2 {
		if err := c.Deliver(event); err != nil {
			t.Fatal(err)
		}
		if found := append(left(t, stand, ana), buckets.Keys(t, stand)...); len(found) != 0 {
			t.Errorf("there is still %q", found)
		}
		late(t, stand, ana) // written in a region that was cut off: the event again removes it
	}
	if found := left(t, stand, other); len(found) != 6 {
		t.Errorf("of another user there is %q, want account, credential, address, progress, summary and history", found)
	}
	sessions := dynamo.Sessions{Table: stand.Table("EPHEMERAL_TABLE"), Now: time.Now}
	late, err := domain.NewID[domain.Session](time.Now().Add(time.Hour), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := sessions.Standing(t.Context(), domain.Caller{UserID: ana.ID, SessionID: late}); err != domain.ErrSessionEnded {
		t.Errorf("a session that opens later: %v", err)
	}
}

// The function dies at each of its calls to DynamoDB and S3, before it is done and after; the event comes again.
func TestAKilledFunctionIsFinishedByTheEventAgain(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	faults := buckets.Between(t, stand)
	c, lesson := consumer(t, stand, func() {}), stand.NewLesson(t, "go", 1)
	n := int64(1)
	for more := true; more; n++ {
		for _, done := range []bool{false, true} {
			user := stand.NewUser(t)
			live(t, stand, user, lesson)
			event := deleted(t, user.ID)
			heal := faults.Die(n, done, func() {})
			died := c.Deliver(event)
			if more = heal() >= n; more != (died != nil) {
				t.Errorf("dead at call %d, done: %v: it told %v", n, done, died)
			}
			err := c.Deliver(event)
			found := append(left(t, stand, user), buckets.Keys(t, stand)...)
			_, liked, readErr := likes(stand).View(t.Context(), user.ID, lesson.State().ID)
			if err != nil || readErr != nil || len(found) != 0 || liked.Count != 0 {
				t.Errorf("dead at call %d, done: %v: then %v, there is still %q, and %d like it (%v)", n, done, err, found, liked.Count, readErr)
			}
		}
	}
	if n < 15 {
		t.Errorf("it made %d calls, want the many of three tables and a bucket", n-1)
	}
}

func TestEraseUserAsksWhatIsDocumented(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	c, event := consumer(t, stand, func() {}), deleted(t, stand.NewUser(t).ID)
	stand.WantCalls(t, name, func() {
		if err := c.Deliver(event); err != nil {
			t.Error(err)
		}
	})
}

func TestAFailureMakesTheEventComeAgain(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	c, event := consumer(t, stand, func() {}), deleted(t, stand.NewUser(t).ID)
	stand.Intercept(localtest.Down("BatchWriteItem"))
	if c.Deliver(event) == nil {
		t.Error("no error")
	}
	event.Data = nil
	if c.Deliver(event) == nil {
		t.Error("an event of nobody is taken")
	}
}
