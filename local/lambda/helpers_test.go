package lambda_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/lambda"
)

const probePackage = "./local/lambda/testdata/probe"

// builtProbe names the environment variable that tells a helper process where the probe's executable is.
const builtProbe = "LYCEUM_TEST_PROBE"

var probe lambda.Binaries

// TestMain builds the probe function once, as every function of the project is built.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		if binary := os.Getenv(builtProbe); binary != "" {
			probe = lambda.Binaries{probePackage: binary}
			return m.Run()
		}
		dir, err := os.MkdirTemp("", "lyceum-lambda-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		builder, err := lambda.NewBuilder("../..", dir, []string{probePackage})
		if err != nil {
			panic(err)
		}
		if probe, err = builder.Build(context.Background(), nil); err != nil {
			panic(err)
		}
		return m.Run()
	}())
}

// answer is what the probe says of itself.
type answer struct {
	Text     string   `json:"text"`
	PID      int      `json:"pid"`
	Count    int      `json:"count"`
	Env      []string `json:"env"`
	Dir      string   `json:"dir"`
	ARN      string   `json:"arn"`
	Request  string   `json:"request"`
	Deadline int64    `json:"deadline"`
}

// newPool returns a pool with one function, Probe, and what it logs.
func newPool(t *testing.T, opts lambda.Options, fn lambda.Function) (*lambda.Pool, *logBuffer) {
	t.Helper()
	logs := &logBuffer{}
	fn.Name, fn.Package = "Probe", probePackage
	opts.Functions = []lambda.Function{fn}
	opts.Log = slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	pool, err := lambda.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := pool.Deploy(probe); err != nil {
		t.Fatal(err)
	}
	return pool, logs
}

func invoke(pool *lambda.Pool, event string) (answer, error) {
	response, err := pool.Invoke(context.Background(), "Probe", []byte(event))
	if err != nil {
		return answer{}, err
	}
	var a answer
	return a, json.Unmarshal(response, &a)
}

func mustInvoke(t *testing.T, pool *lambda.Pool, event string) answer {
	t.Helper()
	a, err := invoke(pool, event)
	if err != nil {
		t.Fatalf("Invoke(%s): %v", event, err)
	}
	return a
}

// concurrently invokes n times at once and returns the answers and errors.
func concurrently(pool *lambda.Pool, n int, event string) ([]answer, []error) {
	answers, errs := make([]answer, n), make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { answers[i], errs[i] = invoke(pool, event) })
	}
	wg.Wait()
	return answers, errs
}

// eventually waits until ok holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s: not within 20 s", what)
}

// running reports whether a process exists that is not a zombie.
func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z")
}

func needsProc(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("looks at processes in /proc")
	}
}

type logBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
