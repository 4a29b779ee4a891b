package localtest

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"lyceum/local/lambda"
	"lyceum/local/stack"
)

// InProcess tells whether this process was started by ServeProcess: TestMain then has the function serve, and no test run.
func InProcess() bool { return os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" }

// ServeProcess is Serve with the function in a process of its own, as Lambda has it: one, which serves one request after the other. The
// process is this test's executable, so its TestMain must look at InProcess.
func (s *Stand) ServeProcess(t testing.TB, name string) *API {
	t.Helper()
	f := s.function(t, name)
	pool, err := lambda.New(lambda.Options{
		Region: Region, AccountID: stack.AccountID, Log: slog.New(slog.NewTextHandler(s.output, nil)), QueueTimeout: time.Minute,
		Functions: []lambda.Function{{
			Name: f.Name, Package: stack.Package(f), MemoryMB: f.MemoryMB, Timeout: f.Timeout, MaxConcurrency: 1,
			Env: s.Stack.Environment(f, s.dynamodb, s.S3),
		}},
	})
	must(t, err)
	t.Cleanup(pool.Close)
	executable, err := os.Executable()
	must(t, err)
	must(t, pool.Deploy(lambda.Binaries{stack.Package(f): executable}))
	return &API{s.front(t, f, pool.Invoke), t, nil}
}
