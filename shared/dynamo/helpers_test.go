package dynamo_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/dynamo"
)

// noon is when these tests take place: far ahead, so that the expiry of what they write is too.
var noon = time.Date(2090, 3, 4, 12, 0, 0, 0, time.UTC)

// lease is longer than a claim holds an address.
const lease = 31 * time.Second

func atNoon() time.Time { return noon }

func later() time.Time { return noon.Add(lease) }

// table is a table whose client sends a call up to tries times without pauses, so that lost answers cost no time.
func table(stand *localtest.Stand, variable string, tries int) dynamo.Table {
	t := stand.Table(variable)
	t.Client = awsdynamodb.New(t.Client.Options(), func(o *awsdynamodb.Options) {
		o.Retryer = retry.NewStandard(func(so *retry.StandardOptions) {
			so.MaxAttempts, so.RateLimiter = tries, ratelimit.None
			so.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return time.Millisecond, nil })
		})
	})
	return t
}

func identity(stand *localtest.Stand) dynamo.Table { return table(stand, "IDENTITY_TABLE", 3) }

func accounts(stand *localtest.Stand, now func() time.Time) dynamo.Accounts {
	return dynamo.Accounts{Table: identity(stand), Now: now}
}

func lessons(stand *localtest.Stand) dynamo.Lessons {
	return dynamo.Lessons{Table: table(stand, "LEARNING_TABLE", 3), Region: localtest.Region}
}

func learning(stand *localtest.Stand) dynamo.Learning {
	return dynamo.Learning{
		Table: table(stand, "LEARNING_TABLE", 3), Region: localtest.Region, Regions: []string{localtest.Region},
		Identity: stand.Variable("IDENTITY_TABLE"),
	}
}

// items are all items of a table as DynamoDB has them.
func items(t testing.TB, in dynamo.Table) []map[string]types.AttributeValue {
	t.Helper()
	var all []map[string]types.AttributeValue
	consistent := true
	pages := awsdynamodb.NewScanPaginator(in.Client, &awsdynamodb.ScanInput{TableName: &in.Name, ConsistentRead: &consistent})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.WithoutCancel(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Items...)
	}
	return all
}

// keys are the items' primary keys, "<pk> <sk>", that begin with a prefix.
func keys(t testing.TB, in dynamo.Table, prefix string) []string {
	t.Helper()
	var found []string
	for _, item := range items(t, in) {
		if k := text(item["pk"]) + " " + text(item["sk"]); strings.HasPrefix(k, prefix) {
			found = append(found, k)
		}
	}
	return found
}

func text(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return ""
}

// body reads a request's body and leaves it to be read again.
func body(r *http.Request) string {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	return string(b)
}

// answer is an error answer of DynamoDB.
func answer(w http.ResponseWriter, status int, json string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, json)
}

const (
	internalError = `{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"Internal server error"}`
	conflicting   = `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",` +
		`"Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [None, TransactionConflict]",` +
		`"CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"}]}`
)

// losing applies the calls that lost picks and answers them 500, as if their answers had got lost.
func losing(lost func(action, body string) bool) localtest.Intercept {
	return func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !lost(action, body(r)) {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(httptest.NewRecorder(), r)
		answer(w, http.StatusInternalServerError, internalError)
	}
}

// calls are the actions that f asks of DynamoDB, in their order.
func calls(stand *localtest.Stand, f func()) (actions []string) {
	var mu sync.Mutex
	stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		actions = append(actions, action)
		mu.Unlock()
		next.ServeHTTP(w, r)
	})
	defer stand.Intercept(nil)
	f()
	return actions
}

// counting calls f with the number of each write from 1 on.
func counting(f func(n int) bool) func(action, body string) bool {
	var mu sync.Mutex
	n := 0
	return func(action, _ string) bool {
		mu.Lock()
		defer mu.Unlock()
		if !isWrite(action) {
			return false
		}
		n++
		return f(n)
	}
}

func isWrite(action string) bool {
	switch action {
	case "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems":
		return true
	}
	return false
}

// person is a new user with a credential.
type person struct {
	user       *domain.User
	credential domain.Credential
	created    domain.Event
}

func newPerson(t testing.TB, address string) person {
	t.Helper()
	email, err := domain.ParseEmail(address)
	must(t, err)
	name, err := domain.ParseUsername("Test Learner")
	must(t, err)
	user, created, err := domain.NewUser(email, name, noon, random{})
	must(t, err)
	return person{user, domain.Credential{Hash: "$argon2id$" + user.ID().String(), ChangedAt: noon}, created}
}

func (p person) email() domain.Email { return p.user.State().Email }

func (p person) register(ctx context.Context, in domain.Registry) error {
	return in.Register(ctx, p.user, p.credential, p.created)
}

// stored are the keys of all that a whole account has in the identity table.
func (p person) stored() []string {
	user := "USER#" + p.user.ID().String()
	return []string{"EMAIL#" + p.email().String() + " CLAIM", user + " ACCOUNT", user + " ACCOUNT#CREDENTIAL"}
}

// signsIn checks that the address leads to exactly this person's account.
func (p person) signsIn(t testing.TB, in dynamo.Accounts) {
	t.Helper()
	user, credential, err := in.ByEmail(context.WithoutCancel(t.Context()), p.email())
	if err != nil {
		t.Fatalf("ByEmail: %v, want the account of %s", err, p.user.ID())
	}
	if user.State() != p.user.State() || credential != p.credential {
		t.Errorf("ByEmail = %+v with %+v, want %+v with %+v", user.State(), credential, p.user.State(), p.credential)
	}
}

func newLesson(t testing.TB, track string, difficulty, order int) *domain.Lesson {
	t.Helper()
	name, err := domain.ParseTrack(track)
	must(t, err)
	lesson, err := domain.NewLesson(domain.LessonDraft{
		Title: "Lesson " + strconv.Itoa(order) + " of " + track, Summary: "About it.", Track: name, Difficulty: difficulty, Order: order,
	}, noon, random{})
	must(t, err)
	s := lesson.State()
	s.Published = true
	return domain.RestoreLesson(s)
}

func newID[Of any](t testing.TB) domain.ID[Of] {
	t.Helper()
	id, err := domain.NewID[Of](noon, random{})
	must(t, err)
	return id
}

// random is an endless source of bytes, safe for concurrent use.
type random struct{}

func (random) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(rand.Uint32())
	}
	return len(p), nil
}

// anyTime is a time of milliseconds between 1970 and 2200.
func anyTime(r *rand.Rand) time.Time { return time.UnixMilli(r.Int64N(7_258_118_400_000)).UTC() }

const awkward = "#@.-/ \"\\'\x00\n"

// anyText is text of up to n characters from every plane, with the letters that keys are made of among them.
func anyText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range r.IntN(n + 1) {
		switch r.IntN(4) {
		case 0:
			b.WriteByte(awkward[r.IntN(len(awkward))])
		case 1:
			b.WriteRune(rune(0x10000 + r.IntN(0xffff)))
		case 2:
			b.WriteRune(rune(0xa0 + r.IntN(0xd000)))
		default:
			b.WriteByte(byte('a' + r.IntN(26)))
		}
	}
	return b.String()
}

// parallel runs f(0) to f(n-1) at once and returns their errors in order.
func parallel(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = f(i) })
	}
	all.Wait()
	return errs
}

// isKind checks the class of an error as the border would see it.
func isKind(t testing.TB, err error, want fault.Kind) {
	t.Helper()
	if err == nil {
		t.Errorf("got no error, want one of kind %d", want)
	} else if got := fault.As(err); got.Kind != want {
		t.Errorf("got kind %d (%v), want kind %d", got.Kind, err, want)
	}
}

func is(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
