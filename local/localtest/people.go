package localtest

import (
	"crypto/rand"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// Password is every test user's.
const Password = "correct horse battery"

var count atomic.Int64

// User is a person with an account.
type User struct {
	ID    domain.UserID
	Email string
	Token string // an access token of the present
}

// NewUser makes an account as register does, and signs its owner in. The hash is a cheap one.
func (s *Stand) NewUser(t testing.TB) User {
	t.Helper()
	return s.NewUserOf(t, fmt.Sprintf("learner%d@example.org", count.Add(1)), auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1})
}

// NewUserOf is NewUser with an address and the cost of the hash.
func (s *Stand) NewUserOf(t testing.TB, address string, cost auth.Argon2id) User {
	t.Helper()
	email, err := domain.ParseEmail(address)
	must(t, err)
	name, err := domain.ParseUsername("Test Learner")
	must(t, err)
	password, err := auth.ParsePassword(Password)
	must(t, err)
	hash, err := cost.Hash(password, rand.Reader)
	must(t, err)
	user, created, err := domain.NewUser(email, name, time.Now(), rand.Reader)
	must(t, err)
	accounts := dynamo.Accounts{Table: s.Table("IDENTITY_TABLE"), Now: time.Now}
	must(t, accounts.Register(t.Context(), user, domain.Credential{Hash: hash, ChangedAt: time.Now()}, created))
	return User{ID: user.ID(), Email: email.String(), Token: s.Token(t, user, time.Now())}
}

// Ghost has a good token and no account, as when the account was deleted while the token lives.
func (s *Stand) Ghost(t testing.TB) User {
	t.Helper()
	id, err := domain.NewID[domain.User](time.Now(), rand.Reader)
	must(t, err)
	return User{ID: id, Token: s.Token(t, domain.RestoreUser(domain.UserState{ID: id, Role: domain.Learner}), time.Now())}
}

// Token makes an access token as of a time.
func (s *Stand) Token(t testing.TB, user *domain.User, at time.Time) string {
	t.Helper()
	env := s.Env(t, "auth/login")
	id, err := domain.NewID[domain.Session](at, rand.Reader)
	must(t, err)
	session := domain.Session{ID: id, PasswordAt: domain.Millis(at)} // younger than the password
	token, err := env.SignIn().Signer.Sign(user, &session, at, auth.AccessTTL, rand.Reader)
	must(t, err)
	return token
}

// SignIn opens one more session of a user, as login does as of a time.
func (s *Stand) SignIn(t testing.TB, user User, device string, at time.Time) auth.Tokens {
	t.Helper()
	account, credential, err := dynamo.Accounts{Table: s.Table("IDENTITY_TABLE"), Now: time.Now}.Account(t.Context(), user.ID)
	must(t, err)
	env := s.Env(t, "auth/login")
	env.Now = func() time.Time { return at }
	tokens, err := env.SignIn().Open(t.Context(), account, credential, device)
	must(t, err)
	return tokens
}

// NewLesson publishes a lesson of a track whose body is not there yet.
func (s *Stand) NewLesson(t testing.TB, track string, order int) *domain.Lesson {
	t.Helper()
	return s.create(t, publishedLesson(t, track, order))
}

func publishedLesson(t testing.TB, track string, order int) *domain.Lesson {
	t.Helper()
	state := newLesson(t, track, order).State()
	content, err := domain.NewContent(state.ID, domain.Markdown, nil, 0, time.Now(), rand.Reader)
	must(t, err)
	state.Content, state.Published = content, true
	return domain.RestoreLesson(state)
}

// NewDraft makes a lesson that is not published and has no content.
func (s *Stand) NewDraft(t testing.TB, track string, order int) *domain.Lesson {
	t.Helper()
	return s.create(t, newLesson(t, track, order))
}

func newLesson(t testing.TB, track string, order int) *domain.Lesson {
	t.Helper()
	name, err := domain.ParseTrack(track)
	must(t, err)
	lesson, err := domain.NewLesson(domain.LessonDraft{
		Title: fmt.Sprintf("Lesson %d of %s", order, track), Summary: "About it.", Track: name, Difficulty: 1, Order: order,
	}, time.Now(), rand.Reader)
	must(t, err)
	return lesson
}

func (s *Stand) create(t testing.TB, lesson *domain.Lesson) *domain.Lesson {
	t.Helper()
	must(t, dynamo.Lessons{Table: s.Table("LEARNING_TABLE"), Region: Region}.Create(t.Context(), lesson))
	return lesson
}

// Learning is the learners' progress as a function in the stand's region writes it, with the developer's rights.
func (s *Stand) Learning() dynamo.Learning {
	return dynamo.Learning{
		Table: s.Table("LEARNING_TABLE"), Region: Region, Regions: []string{Region}, Identity: s.Variable("IDENTITY_TABLE"),
	}
}

// Complete records a completion as the use case does, without its events.
func (s *Stand) Complete(t testing.TB, user User, lesson *domain.Lesson, score domain.Score, at time.Time) {
	t.Helper()
	id, err := domain.NewID[domain.Attempt](at, rand.Reader)
	must(t, err)
	must(t, s.Learning().Learn(t.Context(), user.ID, []domain.LessonID{lesson.State().ID}, func(study *domain.Study) ([]domain.Event, error) {
		_, err := study.Complete(lesson.State().ID, domain.Attempt{ID: id, Score: score, At: at})
		return nil, err
	}))
}

// Items are all items of a table by its variable.
func (s *Stand) Items(t testing.TB, variable string) (items []map[string]any) {
	t.Helper()
	table := s.Table(variable)
	pages := awsdynamodb.NewScanPaginator(table.Client, &awsdynamodb.ScanInput{TableName: &table.Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		must(t, err)
		var more []map[string]any
		must(t, attributevalue.UnmarshalListOfMaps(page.Items, &more))
		items = append(items, more...)
	}
	return items
}

// With counts the items that have an attribute.
func With(items []map[string]any, attribute string) (n int) {
	for _, item := range items {
		if _, ok := item[attribute]; ok {
			n++
		}
	}
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Stored is a user as the database has them.
func (s *Stand) Stored(t testing.TB, user User) domain.UserState {
	t.Helper()
	found, err := dynamo.Accounts{Table: s.Table("IDENTITY_TABLE"), Now: time.Now}.User(t.Context(), user.ID)
	must(t, err)
	return found.State()
}

// LatestEvent is the one that a user's item carries: its type and data.
func (s *Stand) LatestEvent(t testing.TB, user User) string {
	t.Helper()
	for _, item := range s.Items(t, "IDENTITY_TABLE") {
		if item["pk"] == "USER#"+user.ID.String() && item["sk"] == "ACCOUNT" {
			e := item["event"].(map[string]any)
			return fmt.Sprint(e["type"], " ", e["data"])
		}
	}
	t.Fatal("there is no such user")
	return ""
}
