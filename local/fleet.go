package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"lyceum/local/dynamodb"
	"lyceum/local/iam"
	"lyceum/local/lambda"
	"lyceum/local/regions"
	"lyceum/local/stack"
	"lyceum/local/template"
)

// fleet is the regions that run together. The first one is the primary, whose stack makes the global tables. One region alone has no world.
type fleet struct {
	clouds  []*cloud
	world   *regions.World
	data    string // folder of what is kept; "" in memory
	secrets string // folder of the secrets that all regions share; "" alone
	log     *slog.Logger
	closers []func()
}

// steps are taken by all regions before any takes the next, in the order in which mistakes are cheapest to tell: template, ports, data,
// then code.
var steps = []func(*cloud, context.Context) error{
	(*cloud).load, (*cloud).listen, (*cloud).openDynamoDB, (*cloud).openS3, (*cloud).openMailbox, (*cloud).connect, (*cloud).functions,
	(*cloud).openEvents, (*cloud).seed, (*cloud).writeSamEnv,
}

// start opens every part and builds the functions once for all.
func start(ctx context.Context, set settings, log *slog.Logger, progress io.Writer) (*fleet, error) {
	f := &fleet{log: log}
	err := f.open(ctx, set)
	if err == nil {
		err = f.build(ctx, progress)
	}
	for _, c := range f.clouds {
		if err == nil {
			err = c.runEvents(ctx)
		}
	}
	if err == nil {
		err = f.writeAddresses()
	}
	if err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *fleet) open(ctx context.Context, set settings) (err error) {
	if set.data != "" {
		if set.data, err = filepath.Abs(set.data); err != nil {
			return err
		}
	}
	f.data = set.data
	f.clouds = []*cloud{newCloud(f, set)}
	if len(set.regions) > 0 {
		if err := f.many(set); err != nil {
			return err
		}
	}
	for _, step := range steps {
		for _, c := range f.clouds {
			if err := step(c, ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// many makes a cloud for each region, and the world between them.
func (f *fleet) many(set settings) (err error) {
	f.world, err = regions.New(regions.Options{Regions: set.regions, Lag: set.lag, Jitter: set.jitter, Log: f.log, Idle: f.idle})
	if err != nil {
		return fmt.Errorf("--regions: %w", err)
	}
	if f.secrets = set.data; f.secrets == "" {
		if f.secrets, err = os.MkdirTemp("", "lyceum-secrets-"); err != nil {
			return err
		}
		f.closers = append(f.closers, func() { os.RemoveAll(f.secrets) })
	}
	f.clouds = nil
	for i, region := range set.regions {
		own := set
		own.region, own.parameters = region, maps.Clone(set.parameters)
		for _, port := range []*int{&own.port, &own.dynamoDBPort, &own.s3Port} {
			if *port > 0 {
				*port += i
			}
		}
		if own.data != "" {
			own.data = filepath.Join(own.data, region)
		}
		own.parameters["Regions"] = strings.Join(set.regions, ",")
		if own.parameters["IdentityConsistency"] == "" {
			own.parameters["IdentityConsistency"] = "home"
			if template.CanBeStrong(set.regions) {
				own.parameters["IdentityConsistency"] = "strong"
			}
		}
		f.clouds = append(f.clouds, newCloud(f, own))
	}
	return nil
}

// idle tells whether the consumers of all regions have nothing to do.
func (f *fleet) idle() (bool, error) {
	for _, c := range f.clouds {
		if idle, err := c.bus.Idle(); err != nil || !idle {
			return false, err
		}
	}
	return true, nil
}

// stackOptions are those of a cloud's stack. A function's access key is of its region, as it calls other regions too.
func (f *fleet) stackOptions(c *cloud) stack.Options {
	o := stack.Options{Template: c.set.template, Parameters: c.set.parameters, Region: c.set.region, Dir: cmp.Or(f.secrets, c.set.data)}
	if f.world == nil {
		return o
	}
	o.KeyPrefix = "LOCAL" + strings.ToUpper(strings.ReplaceAll(c.set.region, "-", ""))
	if c == f.clouds[0] {
		return o
	}
	for _, t := range f.clouds[0].stack.Tables { // as `make deploy` does
		if t.LogicalID == "LearningTable" || t.LogicalID == "IdentityTable" {
			o.Parameters[strings.TrimSuffix(t.LogicalID, "Table")+"StreamArn"] = t.StreamARN(c.set.region, stack.AccountID)
		}
	}
	return o
}

// adopt gives a region that is not the primary its replicas of the global tables.
func (f *fleet) adopt(c *cloud) {
	if c == f.clouds[0] {
		return
	}
	for _, t := range f.clouds[0].stack.Tables {
		if len(t.Replicas) > 0 {
			c.stack.Tables = append(c.stack.Tables, t)
		}
	}
}

// secret is that of an access key of any region.
func (f *fleet) secret(accessKeyID string) (secret string, ok bool) {
	for _, c := range f.clouds {
		if secret, ok = c.stack.Secret(accessKeyID); ok {
			return secret, true
		}
	}
	return "", false
}

// authorize judges a call by the policies of the region whose function makes it.
func (f *fleet) authorize(accessKeyID string, call iam.Call) error {
	for _, c := range f.clouds {
		if _, ok := c.stack.Secret(accessKeyID); ok {
			return c.stack.Authorize(accessKeyID, call)
		}
	}
	return fmt.Errorf("access key %s belongs to nobody", accessKeyID)
}

// connect is the step that puts the regions together, once the last of them is there.
func (c *cloud) connect(ctx context.Context) error {
	f := c.fleet
	if f.world == nil {
		return nil
	}
	if err := c.ways(); err != nil {
		return err
	}
	c.local.Handle("/_local/regions", f.world.Control())
	c.local.Handle("/_local/regions/", f.world.Control())
	if c != f.clouds[len(f.clouds)-1] {
		return nil
	}
	for _, t := range f.clouds[0].stack.Tables {
		if len(t.Replicas) == 0 {
			continue
		}
		consistency := dynamodb.Eventual
		if t.Strong {
			consistency = dynamodb.Strong
		}
		if err := f.world.Table(t.Name, consistency); err != nil {
			return err
		}
	}
	if err := f.world.Run(); err != nil {
		return err
	}
	f.closers = append(f.closers, f.world.Close)
	return nil
}

// ways listens for calls from here to the DynamoDB and S3 of other regions.
func (c *cloud) ways() error {
	for _, other := range c.fleet.clouds {
		if other == c {
			continue
		}
		for _, part := range []int{dynamoDBPart, s3Part} {
			target, err := url.Parse(other.url(part))
			if err != nil {
				return err
			}
			listener, err := net.Listen("tcp", net.JoinHostPort(c.set.bind, "0"))
			if err != nil {
				return err
			}
			c.serveHTTP(listener, c.fleet.world.Way(c.set.region, other.set.region, target))
			c.wayTo[part][other.set.region] = urlOf(listener)
		}
	}
	return nil
}

// environment is a function's, with what it needs to reach other regions.
func (c *cloud) environment(f template.Function) map[string]string {
	env := c.stack.Environment(f, c.dynamo, c.url(s3Part))
	if c.fleet.world == nil {
		return env
	}
	env["IDENTITY_HOME_ENDPOINT_URL"] = c.wayTo[dynamoDBPart][env["IDENTITY_HOME"]]
	endpoints := []string{c.set.region + "=" + c.url(s3Part)}
	for _, other := range c.fleet.clouds {
		if other != c {
			endpoints = append(endpoints, other.set.region+"="+c.wayTo[s3Part][other.set.region])
		}
	}
	env["AWS_ENDPOINT_URLS_S3"] = strings.Join(endpoints, ",")
	return env
}

func (f *fleet) build(ctx context.Context, progress io.Writer) error {
	binaries, err := f.clouds[0].builder.Build(ctx, progress)
	if err != nil {
		return err
	}
	return f.deploy(binaries)
}

func (f *fleet) deploy(binaries lambda.Binaries) error {
	var errs []error
	for _, c := range f.clouds {
		errs = append(errs, c.pool.Deploy(binaries))
	}
	return errors.Join(errs...)
}

// serve answers requests until ctx ends, and rebuilds functions whose source changes.
func (f *fleet) serve(ctx context.Context) error {
	for _, c := range f.clouds {
		c.serveHTTP(c.listeners[apiPart], c)
	}
	go f.watchTemplate(ctx)
	return f.clouds[0].builder.Watch(ctx, []string{"functions", "shared"}, f.log, func(b lambda.Binaries) {
		if err := f.deploy(b); err != nil {
			f.log.Error("the rebuilt functions are not used", "error", err)
		}
	})
}

// close ends everything, what was opened last first.
func (f *fleet) close() {
	for i := len(f.closers) - 1; i >= 0; i-- {
		f.closers[i]()
	}
	for i := len(f.clouds) - 1; i >= 0; i-- {
		f.clouds[i].close()
	}
}
