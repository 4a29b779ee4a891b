// Package regional gives tests of use cases several regions in their own process, with replication
// between them, or one. Functions are built from the environment that they have there; permissions
// are not judged, that is for tests of one region.
package regional

import (
	"context"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/local/dynamodb"
	"lyceum/local/regions"
	"lyceum/local/stack"
	"lyceum/local/template"
	"lyceum/shared/dynamo"
	"lyceum/shared/platform"
)

// Modes are what IdentityConsistency can be.
var Modes = []string{"single", "strong", "home"}

var names = map[string][]string{
	"single": {"us-east-1"}, "strong": {"us-east-1", "us-east-2", "us-west-2"}, "home": {"us-east-1", "eu-west-1", "ap-northeast-1"},
}

// Regions are a deployment without its API. It ends with its test.
type Regions struct {
	Names []string // the primary first

	stack *stack.Stack
	world *regions.World // nil for one region
	urls  map[string]string
	ways  map[string]string // to the primary's DynamoDB, by the region that calls

	mu   sync.Mutex
	envs map[[2]string]*platform.Env
}

// New makes a deployment of a mode, whose regions are lag apart, one way.
func New(t testing.TB, mode string, lag time.Duration) *Regions {
	t.Helper()
	r := &Regions{Names: names[mode], urls: map[string]string{}, ways: map[string]string{}, envs: map[[2]string]*platform.Env{}}
	_, file, _, _ := runtime.Caller(0)
	parameters := map[string]string{"IdentityConsistency": mode}
	if mode != "single" {
		parameters["Regions"] = strings.Join(r.Names, ",")
	}
	loaded, err := stack.Load(stack.Options{
		Template: filepath.Join(filepath.Dir(file), "../../../template.yaml"), Region: r.Names[0], Parameters: parameters,
	})
	must(t, err)
	r.stack = loaded
	if len(r.Names) > 1 {
		r.world, err = regions.New(regions.Options{Regions: r.Names, Lag: lag, Jitter: lag / 2})
		must(t, err)
	}
	for _, region := range r.Names {
		r.open(t, region)
	}
	if r.world == nil {
		return r
	}
	for _, table := range loaded.Tables {
		consistency := dynamodb.Eventual
		if table.Strong {
			consistency = dynamodb.Strong
		}
		if len(table.Replicas) > 0 {
			must(t, r.world.Table(table.Name, consistency))
		}
	}
	must(t, r.world.Run())
	t.Cleanup(r.world.Close)
	return r
}

// open starts a region's DynamoDB and its way to the primary's.
func (r *Regions) open(t testing.TB, region string) {
	t.Helper()
	options := dynamodb.Options{Region: region}
	if r.world != nil {
		options.Coordinator = r.world.Coordinator(region)
	}
	engine, err := dynamodb.Open(options)
	must(t, err)
	server := httptest.NewServer(engine)
	t.Cleanup(func() {
		server.Close()
		engine.Close()
	})
	r.urls[region] = server.URL
	must(t, r.stack.EnsureTables(t.Context(), r.Client(region)))
	if r.world == nil {
		return
	}
	r.world.Attach(region, engine)
	home, err := url.Parse(r.urls[r.Names[0]])
	must(t, err)
	way := httptest.NewServer(r.world.Way(region, r.Names[0], home))
	t.Cleanup(way.Close)
	r.ways[region] = way.URL
}

// Client reaches a region's DynamoDB.
func (r *Regions) Client(region string) *awsdynamodb.Client {
	client := r.stack.DynamoDB(r.urls[region])
	return awsdynamodb.New(client.Options(), func(o *awsdynamodb.Options) { o.Region = region })
}

// Table is a region's replica of a table by its variable in the template.
func (r *Regions) Table(region, variable string) dynamo.Table {
	return dynamo.Table{Client: r.Client(region), Name: r.stack.Functions[0].Environment[variable]}
}

// Env is what a function is built from in a region; name is its folder.
func (r *Regions) Env(t testing.TB, region, name string) *platform.Env {
	t.Helper()
	f := r.function(t, name)
	variables := r.stack.Environment(f, r.urls[region], "")
	variables["AWS_REGION"], variables["AWS_LAMBDA_FUNCTION_NAME"] = region, f.Name
	variables["IDENTITY_HOME_ENDPOINT_URL"] = r.ways[region]
	env := platform.NewEnv(func(name string) string { return variables[name] }, t.Output())
	env.LimiterWait = 5 * time.Second
	return env
}

// Kept is the Env of a function that lives on, with its connections.
func (r *Regions) Kept(t testing.TB, region, name string) *platform.Env {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	env := r.envs[[2]string{region, name}]
	if env == nil {
		env = r.Env(t, region, name)
		env.Table("IDENTITY_TABLE") // makes the client, which is not made by two at once
		r.envs[[2]string{region, name}] = env
	}
	return env
}

func (r *Regions) function(t testing.TB, name string) template.Function {
	t.Helper()
	for _, f := range r.stack.Functions {
		if stack.Package(f) == "./functions/"+name {
			return f
		}
	}
	t.Fatalf("template.yaml has no function for functions/%s", name)
	return template.Function{}
}

// Quiet waits until everything has arrived everywhere.
func (r *Regions) Quiet(t testing.TB) {
	t.Helper()
	if r.world == nil {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must(t, r.world.Quiet(ctx))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
