package dynamo_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/dynamo"
	"lyceum/shared/platform"
)

// methods are all methods of all repositories, on tables of a client's making.
func methods(t testing.TB, table func(variable string) dynamo.Table) map[string]func(context.Context) error {
	identity, learning := table("IDENTITY_TABLE"), table("LEARNING_TABLE")
	ana := newPerson(t, "ana@example.org")
	user, lesson, file := ana.user.ID(), newLesson(t, "go", 1, 1), newUpload(t, ana.user.ID())
	accounts := dynamo.Accounts{Table: identity, Now: atNoon}
	catalogue := dynamo.Lessons{Table: learning, Region: localtest.Region}
	learned := dynamo.Learning{Table: learning, Region: localtest.Region, Regions: []string{localtest.Region}, Identity: identity.Name}
	files := dynamo.Uploads{Table: learning, Region: localtest.Region, Regions: []string{localtest.Region}, Now: atNoon}
	return map[string]func(context.Context) error{
		"Accounts.Register": func(ctx context.Context) error { return ana.register(ctx, accounts) },
		"Accounts.ByEmail":  func(ctx context.Context) error { _, _, err := accounts.ByEmail(ctx, ana.email()); return err },
		"Accounts.User":     func(ctx context.Context) error { _, err := accounts.User(ctx, user); return err },
		"Sessions.Open": func(ctx context.Context) error {
			session := domain.Session{ID: newID[domain.Session](t), UserID: user, Seed: make([]byte, 32), CreatedAt: noon, ExpiresAt: noon}
			return dynamo.Sessions{Table: table("EPHEMERAL_TABLE")}.Open(ctx, session)
		},
		"Idempotency.Begin": func(ctx context.Context) error {
			_, _, err := dynamo.Idempotency{Table: table("EPHEMERAL_TABLE"), Now: atNoon, Random: random{}}.Begin(ctx, repeatable(t, "a"), time.Minute)
			return err
		},
		"Idempotency.Finish": func(ctx context.Context) error {
			return dynamo.Idempotency{Table: table("EPHEMERAL_TABLE")}.Finish(ctx, repeatable(t, "a"), domain.Run{}, domain.KeptAnswer{})
		},
		"Idempotency.Release": func(ctx context.Context) error {
			return dynamo.Idempotency{Table: table("EPHEMERAL_TABLE")}.Release(ctx, repeatable(t, "a"), domain.Run{})
		},
		"Limits.Take": func(ctx context.Context) error {
			_, err := dynamo.Limits{Table: table("LIMITS_TABLE"), Now: atNoon}.Take(ctx, tenAMinute, "ana")
			return err
		},
		"Lessons.Lesson": func(ctx context.Context) error { _, err := catalogue.Lesson(ctx, lesson.State().ID); return err },
		"Lessons.List": func(ctx context.Context) error {
			_, _, err := catalogue.List(ctx, domain.Shelf{}, domain.Page{Limit: 1})
			return err
		},
		"Likes.View": func(ctx context.Context) error {
			_, _, err := dynamo.Likes{Table: table("LEARNING_TABLE"), Region: localtest.Region, Regions: []string{localtest.Region}}.View(ctx, user, lesson.State().ID)
			return err
		},
		"Lessons.AnyLesson": func(ctx context.Context) error { _, err := catalogue.AnyLesson(ctx, lesson.State().ID); return err },
		"Lessons.Change": func(ctx context.Context) error {
			return catalogue.Change(ctx, []domain.LessonID{lesson.State().ID}, func(all []*domain.Lesson) error {
				all[0] = lesson
				return nil
			})
		},
		"Lessons.Create":    func(ctx context.Context) error { return catalogue.Create(ctx, lesson) },
		"Learning.Learn":    func(ctx context.Context) error { return complete(ctx, learned, user, lesson.State().ID, 1, noon) },
		"Learning.Progress": func(ctx context.Context) error { _, err := learned.Progress(ctx, user, lesson.State().ID); return err },
		"Learning.List": func(ctx context.Context) error {
			_, _, err := learned.List(ctx, user, domain.Page{Limit: 1})
			return err
		},
		"Learning.Stats":     func(ctx context.Context) error { _, _, err := learned.Stats(ctx, user); return err },
		"Learning.Dashboard": func(ctx context.Context) error { _, err := learned.Dashboard(ctx, user); return err },
		"Uploads.Create":     func(ctx context.Context) error { return files.Create(ctx, file.record, plenty, file.confirmed) },
		"Uploads.Change": func(ctx context.Context) error {
			_, err := files.Change(ctx, user, file.record.State().ID, func(u *domain.Upload) (*domain.Event, error) { return u.Delete(noon, random{}) })
			return err
		},
		"Uploads.List": func(ctx context.Context) error {
			_, _, err := files.List(ctx, user, domain.Page{Limit: 1})
			return err
		},
		"Uploads.Upload": func(ctx context.Context) error { _, err := files.Upload(ctx, user, file.record.State().ID); return err },
	}
}

// elsewhere is a function's own tables at another endpoint, through the client that functions have.
func elsewhere(endpoint string) func(variable string) dynamo.Table {
	env := platform.NewEnv(func(name string) string {
		if name == "AWS_ENDPOINT_URL_DYNAMODB" {
			return endpoint
		}
		return map[string]string{"AWS_REGION": localtest.Region, "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing",
			"IDENTITY_TABLE": "identity", "LEARNING_TABLE": "learning", "EPHEMERAL_TABLE": "ephemeral", "LIMITS_TABLE": "limits"}[name]
	}, io.Discard)
	return env.Table
}

func TestADeadDynamoDBIsUnavailable(t *testing.T) {
	t.Parallel()
	all := methods(t, elsewhere(localtest.Nowhere(t)))
	names := slices.Collect(maps.Keys(all))
	for i, err := range parallel(len(names), func(i int) error {
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second) // a function has 10
		defer cancel()
		return errors.Join(all[names[i]](ctx), ctx.Err())
	}) {
		if got := fault.As(err).Kind; got != fault.Unavailable || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got kind %d (%v), want Unavailable within a few seconds", names[i], got, err)
		}
	}
}

// What DynamoDB or what stands before it may answer ("Error handling with DynamoDB", developer guide).
func TestWhatAnErrorOfDynamoDBMeans(t *testing.T) {
	t.Parallel()
	const ours, theirs = fault.Internal, fault.Unavailable
	coded := func(code string) string {
		return `{"__type":"com.amazonaws.dynamodb.v20120810#` + code + `","message":"m"}`
	}
	reason := func(code string) string {
		return `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"m","CancellationReasons":[{"Code":"None"},{"Code":"` +
			code + `","Message":"m"}]}`
	}
	for name, c := range map[string]struct {
		status int
		body   string
		want   fault.Kind
	}{
		"500 InternalServerError":                {500, internalError, theirs},
		"500 without a body":                     {500, "", theirs},
		"500 with an unknown code":               {500, coded("SomethingNew"), theirs},
		"502 of a proxy":                         {502, "<html>Bad Gateway</html>", theirs},
		"503 ServiceUnavailable":                 {503, coded("ServiceUnavailable"), theirs},
		"503 without a body":                     {503, "", theirs},
		"400 ThrottlingException":                {400, coded("ThrottlingException"), theirs},
		"400 ProvisionedThroughputExceeded":      {400, coded("ProvisionedThroughputExceededException"), theirs},
		"400 RequestLimitExceeded":               {400, coded("RequestLimitExceeded"), theirs},
		"400 ReplicatedWriteConflictException":   {400, coded("ReplicatedWriteConflictException"), theirs},
		"400 TransactionInProgressException":     {400, coded("TransactionInProgressException"), theirs},
		"400 a transaction throttled":            {400, reason("ThrottlingError"), theirs},
		"400 a transaction over its throughput":  {400, reason("ProvisionedThroughputExceeded"), theirs},
		"400 a transaction with a bad item":      {400, reason("ValidationError"), ours},
		"400 ResourceNotFoundException":          {400, coded("ResourceNotFoundException"), ours},
		"400 AccessDeniedException":              {400, coded("AccessDeniedException"), ours},
		"400 ValidationException":                {400, coded("ValidationException"), ours},
		"400 UnrecognizedClientException":        {400, coded("UnrecognizedClientException"), ours},
		"400 ItemCollectionSizeLimitExceeded...": {400, coded("ItemCollectionSizeLimitExceededException"), ours},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			stand.Intercept(func(_ string, w http.ResponseWriter, _ *http.Request, _ http.Handler) { answer(w, c.status, c.body) })
			all := methods(t, func(variable string) dynamo.Table { return table(stand, variable, 2) })
			for method, call := range all {
				if strings.Contains(c.body, "CancellationReasons") && method != "Lessons.Create" && method != "Uploads.Create" {
					continue // their first call is no transaction
				}
				err := call(t.Context())
				if got := fault.As(err).Kind; err == nil || got != c.want {
					t.Errorf("%s: got kind %d (%v), want %d", method, got, err, c.want)
				}
			}
		})
	}
}

func TestAMissingTableIsOurMistake(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	for name, method := range methods(t, func(variable string) dynamo.Table {
		elsewhere := table(stand, variable, 3)
		elsewhere.Name += "-of-nobody"
		return elsewhere
	}) {
		err := method(t.Context())
		if got := fault.As(err).Kind; err == nil || got != fault.Internal {
			t.Errorf("%s: got kind %d (%v), want Internal", name, got, err)
		}
	}
}

// get-me may read the identity table and nothing else: template.yaml holds the repositories to it.
func TestACallThatTheTemplateDoesNotPermitIsRefused(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	if !stand.Embedded() {
		t.Skip("permissions are judged by the embedded engine alone")
	}
	getMe := stand.Env(t, "users/get-me")
	in := dynamo.Lessons{Table: getMe.Table("LEARNING_TABLE"), Region: localtest.Region}
	_, err := in.Lesson(t.Context(), newID[domain.Lesson](t))
	isKind(t, err, fault.Internal)
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "AccessDeniedException" {
		t.Errorf("got %v, want AccessDeniedException", err)
	}
	_, err = dynamo.Accounts{Table: getMe.Table("IDENTITY_TABLE"), Now: atNoon}.User(t.Context(), newID[domain.User](t))
	is(t, err, domain.ErrNoUser) // permitted
}
