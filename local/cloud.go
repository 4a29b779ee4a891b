package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"lyceum/local/address"
	"lyceum/local/bus"
	"lyceum/local/dynamodb"
	"lyceum/local/gateway"
	"lyceum/local/iam"
	"lyceum/local/lambda"
	"lyceum/local/s3"
	"lyceum/local/stack"
)

// queueTimeout is how long a request may wait for a function that is busy in all its processes. Lambda would start hundreds; here a few
// share two cores, so waiting replaces throttling for as long as the HTTP API waits for an answer.
const queueTimeout = 25 * time.Second

// readTimeout is how long a request's header and body may take to arrive; a slow client does not
// hold a connection longer.
const readTimeout = 30 * time.Second

// cloud is everything that runs in one region.
type cloud struct {
	fleet   *fleet
	set     settings
	log     *slog.Logger
	stack   *stack.Stack
	dynamo  string           // endpoint
	engine  *dynamodb.Server // nil with another DynamoDB
	files   *s3.Server
	bus     *bus.Bus
	builder *lambda.Builder
	pool    *lambda.Pool
	api     http.Handler
	local   *http.ServeMux // what stands below /_local/ beside the API

	listeners [3]net.Listener      // HTTP API, DynamoDB, S3
	wayTo     [3]map[string]string // URLs of those parts of other regions, by region
	closers   []func()             // in the order of opening
	lessons   int                  // samples put in by this start
}

// The parts that listen.
const (
	apiPart = iota
	dynamoDBPart
	s3Part
)

func newCloud(f *fleet, set settings) *cloud {
	return &cloud{fleet: f, set: set, log: f.log, local: http.NewServeMux(), wayTo: [3]map[string]string{{}, {}, {}}}
}

func (c *cloud) load(context.Context) (err error) {
	if c.set.data != "" {
		if err := os.MkdirAll(c.set.data, 0o700); err != nil {
			return fmt.Errorf("the data folder cannot be made: %w", err)
		}
	}
	options := c.fleet.stackOptions(c)
	if c.set.dynamoDB != "" {
		options.OneKey = stack.Developer // DynamoDB Local keeps a database for each key
	}
	c.stack, err = stack.Load(options)
	if err != nil {
		return err
	}
	c.fleet.adopt(c)
	c.closers = append(c.closers, func() {
		if err := c.stack.ReportPermissions(os.Getenv(stack.PermissionsVariable)); err != nil {
			c.log.Error("the report on permissions is not written", "error", err)
		}
	})
	return nil
}

// listen takes the ports before anything slow begins.
func (c *cloud) listen(context.Context) error {
	for i, p := range []struct {
		flag string
		port int
	}{{"port", c.set.port}, {"dynamodb-port", c.set.dynamoDBPort}, {"s3-port", c.set.s3Port}} {
		listener, err := net.Listen("tcp", net.JoinHostPort(c.set.bind, strconv.Itoa(p.port)))
		if err != nil {
			return fmt.Errorf("--%s: %w; end what uses it, or give another --%s", p.flag, err, p.flag)
		}
		if c.fleet.world != nil {
			listener = c.fleet.world.Gate(c.set.region, listener)
		}
		c.listeners[i] = listener
		c.closers = append(c.closers, func() { listener.Close() })
	}
	return nil
}

// url is how a program on this machine reaches a part.
func (c *cloud) url(part int) string { return urlOf(c.listeners[part]) }

func urlOf(listener net.Listener) string {
	address := listener.Addr().(*net.TCPAddr)
	host := "localhost"
	if !address.IP.IsLoopback() && !address.IP.IsUnspecified() {
		host = address.IP.String()
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(address.Port))
}

func (c *cloud) openDynamoDB(ctx context.Context) error {
	if c.dynamo = c.set.dynamoDB; c.dynamo != "" {
		return c.stack.EnsureTables(ctx, c.stack.DynamoDB(c.dynamo))
	}
	c.dynamo = c.url(dynamoDBPart)
	options := dynamodb.Options{
		Dir: c.set.data, Region: c.set.region, AccountID: stack.AccountID, Log: c.log, Secret: c.fleet.secret,
		Authorize: func(r dynamodb.Request) error {
			return c.fleet.authorize(r.AccessKeyID, iam.Call{Action: r.Action, Resource: r.Resource, LeadingKeys: r.LeadingKeys})
		},
	}
	if c.fleet.world != nil {
		options.Coordinator = c.fleet.world.Coordinator(c.set.region)
	}
	engine, err := dynamodb.Open(options)
	if err != nil {
		return err
	}
	c.engine = engine
	c.closers = append(c.closers, func() { engine.Close() })
	if c.fleet.world != nil {
		c.fleet.world.Attach(c.set.region, engine)
	}
	c.serveHTTP(c.listeners[dynamoDBPart], address.OnlyOwn(engine))
	return c.stack.EnsureTables(ctx, c.stack.DynamoDB(c.dynamo))
}

func (c *cloud) openS3(ctx context.Context) error {
	dir := c.set.data
	if dir != "" {
		dir = filepath.Join(dir, "s3")
	}
	server, err := s3.Open(s3.Options{
		Dir: dir, Region: c.set.region, Log: c.log, Secret: c.fleet.secret,
		Authorize: func(r s3.Request) error {
			return c.fleet.authorize(r.AccessKeyID, iam.Call{Action: r.Action, Resource: r.Resource, Prefix: r.Prefix})
		},
	})
	if err != nil {
		return err
	}
	c.files = server
	c.closers = append(c.closers, func() { server.Close() })
	go server.Serve(c.listeners[s3Part]) // ends with Close
	replicated := map[string]string{}
	for _, b := range c.stack.Buckets {
		bucket := s3.Bucket{Name: b.Name, Versioned: b.Versioned, Events: b.Events, Replicated: b.Versioned && c.fleet.world != nil}
		if bucket.Replicated {
			replicated[b.LogicalID] = b.Name
		}
		for _, rule := range b.CORS {
			bucket.CORS = append(bucket.CORS, s3.CORS(rule))
		}
		if err := server.EnsureBucket(ctx, bucket); err != nil {
			return fmt.Errorf("bucket %s (template line %d): %w", b.Name, b.Line, err)
		}
	}
	if c.fleet.world != nil {
		c.fleet.world.AttachS3(c.set.region, server, replicated)
	}
	return nil
}

// ServeHTTP is the API, with what only this machine has beside it: pages and the endpoints of small services.
func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case !strings.HasPrefix(r.URL.Path, "/_local/"):
		c.api.ServeHTTP(w, r)
	case !address.Own(r.Host):
		http.Error(w, "this page is for the machine it runs on", http.StatusForbidden)
	default:
		c.local.ServeHTTP(w, r)
	}
}

// functions prepares the processes and the HTTP API before them; there is no code yet.
func (c *cloud) functions(context.Context) error {
	var functions []lambda.Function
	var routes []gateway.Route
	var packages []string
	for _, f := range c.stack.Functions {
		if c.set.services && len(f.Routes) > 0 {
			continue // it runs in a container of sam local
		}
		packages = append(packages, stack.Package(f))
		functions = append(functions, lambda.Function{
			Name: f.Name, Package: stack.Package(f), MemoryMB: f.MemoryMB, Timeout: f.Timeout,
			Env: c.environment(f),
		})
		for _, r := range f.Routes {
			routes = append(routes, gateway.Route{Method: r.Method, Path: r.Path, Function: f.Name})
		}
	}
	var err error
	c.pool, err = lambda.New(lambda.Options{
		Functions: functions, Region: c.set.region, AccountID: stack.AccountID, Log: c.log, QueueTimeout: queueTimeout, Debug: c.set.debug,
	})
	if err != nil {
		return err
	}
	c.closers = append(c.closers, c.pool.Close)
	if c.set.services {
		c.api = http.HandlerFunc(apiIsElsewhere)
		return c.newBuilder(packages)
	}
	options := gateway.Options{
		Routes: routes, Invoke: c.pool.Invoke, Region: c.set.region, AccountID: stack.AccountID, APIID: c.stack.API.LogicalID, Log: c.log, Debug: c.set.debug,
		PreflightToDefault: c.set.preflightToDefault,
	}
	if cors := c.stack.API.CORS; cors != nil {
		options.CORS = (*gateway.CORS)(cors)
	}
	if c.api, err = gateway.New(options); err != nil {
		return err
	}
	return c.newBuilder(packages)
}

func (c *cloud) newBuilder(packages []string) error {
	dir, err := c.buildFolder()
	if err != nil {
		return err
	}
	if c.builder, err = lambda.NewBuilder(".", dir, packages); err != nil {
		return err
	}
	c.builder.Debug = c.set.debug
	return nil
}

// buildFolder is where the functions are built. For a data folder of this project it is below
// build/, so that removing the data keeps it.
func (c *cloud) buildFolder() (string, error) {
	if c.set.data == "" {
		dir, err := os.MkdirTemp("", "lyceum-")
		c.closers = append(c.closers, func() { os.RemoveAll(dir) })
		return dir, err
	}
	root, err := filepath.Abs(".")
	if err != nil {
		return "", err
	}
	if path, err := filepath.Rel(root, c.set.data); err == nil && filepath.IsLocal(path) {
		return filepath.Join(root, "build", "local", path), nil
	}
	return filepath.Join(c.set.data, "functions"), nil
}

// serveHTTP serves in the background until close, which lets running requests end.
func (c *cloud) serveHTTP(listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: readTimeout, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(c.log.Handler(), slog.LevelDebug)}
	c.closers = append(c.closers, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if errors.Is(server.Shutdown(ctx), context.DeadlineExceeded) {
			server.Close()
		}
	})
	go server.Serve(listener) // ends with Shutdown
}

// close ends everything, what was opened last first.
func (c *cloud) close() {
	for i := len(c.closers) - 1; i >= 0; i-- {
		c.closers[i]()
	}
}
