// Package platform connects a Lambda with its surroundings: configuration, AWS clients, logger, clock. It is the only reader of the
// environment.
package platform

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"lyceum/shared/httpapi"
)

// Env is what a function is built from. Every value asked for that is missing or bad is remembered, and Start refuses to run with the
// whole list, so a wrong deployment is seen at init and not at the first request.
type Env struct {
	Lookup func(name string) string // os.Getenv in Start
	Now    func() time.Time
	Random io.Reader
	Log    *slog.Logger
	// LimiterWait is httpapi.LimiterWait; tests, which a busy machine may keep waiting, give more.
	LimiterWait time.Duration
	// APIOptions are put around every call to AWS; measurements use them.
	APIOptions []func(*middleware.Stack) error

	bad      []error
	warm     string // URL to open a connection to during init
	awsv2    *aws.Config
	dynamodb *dynamodb.Client
}

// NewEnv reads variables through lookup.
func NewEnv(lookup func(string) string, logs io.Writer) *Env {
	e := &Env{Lookup: lookup, Now: time.Now, Random: rand.Reader, LimiterWait: httpapi.LimiterWait}
	var level slog.Level
	if text := lookup("LOG_LEVEL"); text != "" {
		if err := level.UnmarshalText([]byte(text)); err != nil {
			e.fail("LOG_LEVEL", err)
		}
	}
	var handler slog.Handler = slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: level})
	if namespace := lookup("METRICS_NAMESPACE"); namespace != "" {
		handler = metrics{handler, namespace, new(atomic.Bool)}
	}
	e.Log = slog.New(handler).
		With("function", lookup("AWS_LAMBDA_FUNCTION_NAME"), "region", lookup("AWS_REGION"))
	return e
}

// Var is a variable that must be set.
func (e *Env) Var(name string) string {
	value := strings.TrimSpace(e.Lookup(name))
	if value == "" {
		e.fail(name, errors.New("is not set"))
	}
	return value
}

// Region is the region the function runs in.
func (e *Env) Region() string { return e.Var("AWS_REGION") }

// Regions are all regions that ever wrote learning data, this one among them.
func (e *Env) Regions() []string {
	regions := strings.Split(e.Var("REGIONS"), ",")
	for i := range regions {
		regions[i] = strings.TrimSpace(regions[i])
	}
	if slices.Contains(regions, "") || !slices.Contains(regions, e.Region()) || len(slices.Compact(slices.Sorted(slices.Values(regions)))) < len(regions) {
		e.fail("REGIONS", fmt.Errorf("must be different names with commas between, this region, %s, among them", e.Region()))
	}
	return regions
}

// Err lists everything that was missing or bad.
func (e *Env) Err() error { return errors.Join(e.bad...) }

func (e *Env) fail(name string, err error) { e.bad = append(e.bad, fmt.Errorf("%s: %w", name, err)) }

// must remembers err under the variable's name.
func must[T any](e *Env, name string, value T, err error) T {
	if err != nil {
		e.fail(name, err)
	}
	return value
}
