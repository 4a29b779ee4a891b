// Package localtest gives tests the local cloud in their own process: the tables of template.yaml on the embedded DynamoDB engine, each
// function with the environment and the permissions that the template gives it, and the HTTP API in front. A test of a use case thus
// goes the way of a real request, and a call that the template does not permit fails in it.
package localtest

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/local/dynamodb"
	"lyceum/local/iam"
	"lyceum/local/stack"
	"lyceum/local/template"
	"lyceum/shared/dynamo"
	"lyceum/shared/platform"
)

// Region is where the stand is.
const Region = "us-east-1"

// Stand is one empty local cloud. It ends with its test.
type Stand struct {
	Stack *stack.Stack
	S3    string // endpoint; "" until local/localtest/buckets sets it

	PreflightToDefault bool // of the HTTP APIs served from now on; see gateway.Options

	MailDown atomic.Bool
	mail     atomic.Pointer[Fault]

	engine    http.Handler
	dynamodb  string
	intercept atomic.Pointer[Intercept]
	output    io.Writer // the test's
	logs      logs

	mu    sync.Mutex
	calls []call
	used  map[string]Usage // by the function's folder
}

// Intercept stands between the functions and DynamoDB: it may answer itself, call next, or lose what next answered. Action is the
// operation, such as PutItem.
type Intercept func(action string, w http.ResponseWriter, r *http.Request, next http.Handler)

// New makes a stand.
func New(t testing.TB) *Stand {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	options := stack.Options{Template: filepath.Join(filepath.Dir(file), "../../template.yaml"), Region: Region}
	loaded, err := stack.Load(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := loaded.ReportPermissions(os.Getenv(stack.PermissionsVariable)); err != nil {
			t.Error(err)
		}
	})
	s := &Stand{Stack: loaded, output: t.Output(), used: map[string]Usage{}}
	s.engine = engine(t, loaded)
	server := httptest.NewServer(http.HandlerFunc(s.serveDynamoDB))
	t.Cleanup(server.Close)
	s.dynamodb = server.URL
	if err := loaded.EnsureTables(t.Context(), s.Client()); err != nil {
		t.Fatal(err)
	}
	return s
}

// Embedded tells whether the stand runs on the embedded engine.
func (s *Stand) Embedded() bool { return os.Getenv(OtherDynamoDB) == "" }

// OtherDynamoDB is the environment variable with the URL of a DynamoDB to use instead of the embedded engine. It must keep a database for
// each access key and look at no signature, as Amazon's DynamoDB Local does; permissions are not judged there.
const OtherDynamoDB = "LYCEUM_DYNAMODB"

var accessKey = regexp.MustCompile("Credential=[^/]*")

func engine(t testing.TB, loaded *stack.Stack) http.Handler {
	t.Helper()
	if other := os.Getenv(OtherDynamoDB); other != "" {
		target, err := url.Parse(other)
		must(t, err)
		own := "Credential=" + rand.Text() // whoever asks, it is this stand's database
		return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Header.Set("Authorization", accessKey.ReplaceAllString(r.In.Header.Get("Authorization"), own))
		}}
	}
	e, err := dynamodb.Open(dynamodb.Options{
		Region: Region, AccountID: stack.AccountID, Secret: loaded.Secret,
		Authorize: func(r dynamodb.Request) error {
			return loaded.Authorize(r.AccessKeyID, iam.Call{Action: r.Action, Resource: r.Resource, LeadingKeys: r.LeadingKeys})
		},
	})
	must(t, err)
	t.Cleanup(func() { e.Close() })
	return e
}

func (s *Stand) serveDynamoDB(w http.ResponseWriter, r *http.Request) {
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	s.record(action, r)
	if intercept := s.intercept.Load(); intercept != nil {
		(*intercept)(action, w, r, s.engine)
		return
	}
	s.engine.ServeHTTP(w, r)
}

// Intercept puts f between the functions and DynamoDB from now on; nil takes it away.
func (s *Stand) Intercept(f Intercept) {
	if f == nil {
		s.intercept.Store(nil)
		return
	}
	s.intercept.Store(&f)
}

// Client reaches DynamoDB with the developer's rights.
func (s *Stand) Client() *awsdynamodb.Client { return s.Stack.DynamoDB(s.dynamodb) }

// Table is a table by its variable in the template, such as LEARNING_TABLE, with the developer's rights.
func (s *Stand) Table(variable string) dynamo.Table {
	return dynamo.Table{Client: s.Client(), Name: s.Variable(variable)}
}

// Variable is an environment variable that every function has.
func (s *Stand) Variable(name string) string { return s.Stack.Functions[0].Environment[name] }

// Env is what a function is built from; name is its folder, such as progress/complete-lesson. Its log goes to the test's.
func (s *Stand) Env(t testing.TB, name string) *platform.Env {
	t.Helper()
	f := s.function(t, name)
	variables := s.Stack.Environment(f, s.dynamodb, s.S3)
	variables["AWS_REGION"], variables["AWS_LAMBDA_FUNCTION_NAME"] = Region, f.Name
	env := platform.NewEnv(func(name string) string { return variables[name] }, io.MultiWriter(s.output, &s.logs))
	env.LimiterWait = 5 * time.Second
	metered(env, "stand", func(_ string, read, write float64) {
		s.mu.Lock()
		defer s.mu.Unlock()
		u := s.used[name]
		s.used[name] = Usage{Read: u.Read + read, Write: u.Write + write}
	})
	return env
}

// ExpectRefused keeps `make iam` from reporting what the function was refused so far, in a test
// that tries what it must not do.
func (s *Stand) ExpectRefused(t testing.TB, name string) {
	t.Helper()
	s.Stack.ExpectRefused(s.Env(t, name).Lookup("AWS_ACCESS_KEY_ID"))
}

func (s *Stand) function(t testing.TB, name string) template.Function {
	t.Helper()
	for _, f := range s.Stack.Functions {
		if stack.Package(f) == "./functions/"+name {
			return f
		}
	}
	t.Fatalf("template.yaml has no function for functions/%s", name)
	return template.Function{}
}
