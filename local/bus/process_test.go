package bus_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/bus"
	"lyceum/local/dynamodb"
	"lyceum/local/iam"
	"lyceum/local/lambda"
	"lyceum/local/pattern"
	"lyceum/local/stack"
	"lyceum/local/template"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// These tests have a whole way of events in a process of its own, so that it can be killed: the project's tables and pipes, the bus, and a
// consumer that is a real process too.

const consumer = "./local/bus/testdata/consumer"

// TestMain lets this binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("BUS_TEST_SERVE"); dir != "" {
		if err := serveForever(dir, os.Getenv("BUS_TEST_BINARY")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func load() (*stack.Stack, error) {
	return stack.Load(stack.Options{Template: "../../template.yaml", Region: region})
}

func serveForever(dir, binary string) error {
	loaded, err := load()
	if err != nil {
		return err
	}
	engine, err := dynamodb.Open(dynamodb.Options{Dir: dir, Region: region, Secret: loaded.Secret})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", engine)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String()
	go http.Serve(listener, mux)
	if err := loaded.EnsureTables(context.Background(), loaded.DynamoDB(url)); err != nil {
		return err
	}
	pool, err := lambda.New(lambda.Options{Region: region, Functions: []lambda.Function{{Name: "consumer", Package: consumer, Timeout: 5 * time.Second, Env: map[string]string{
		"LEARNING_TABLE": "lyceum-dev-learning", "AWS_ENDPOINT_URL_DYNAMODB": url, "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
		"CONTROL": filepath.Join(dir, "control"),
	}}}})
	if err == nil {
		err = pool.Deploy(lambda.Binaries{consumer: binary})
	}
	matching, parseErr := pattern.Parse(`{"source":["lyceum"]}`)
	if err = errors.Join(err, parseErr); err != nil {
		return err
	}
	b, err := bus.Open(bus.Options{
		Dir: dir, Region: region, AccountID: stack.AccountID, Queues: loaded.Queues, Buses: loaded.Buses, Pause: 20 * time.Millisecond,
		Functions: []template.Function{{Name: "consumer", Async: template.Async{Retries: 2, MaxAge: time.Hour, OnFailure: loaded.Queues[0].Name},
			Rules: []template.Rule{{Bus: loaded.Buses[0].Name, Pattern: matching}}}},
		Invoke: pool.Invoke, Failed: func(err error) (json.RawMessage, bool) {
			failure, failed := errors.AsType[*lambda.FunctionError](err)
			return json.RawMessage(`{}`), failed && failure != nil
		},
		Secret: loaded.Secret, Authorize: func(id, action, resource string) error {
			return loaded.Authorize(id, iam.Call{Action: action, Resource: resource})
		},
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	b.Register(mux)
	var sources []bus.Source
	for _, p := range loaded.Pipes {
		sources = append(sources, bus.Source{Name: p.Table, Changed: engine.Changed, Read: func(after uint64, limit int) (entries []bus.Entry, err error) {
			changes, err := engine.Changes(p.Table, after, limit)
			for _, c := range changes {
				entry, failed := bus.Pipe(p, region, bus.Record{Number: c.Sequence, Name: c.Name, At: c.At, Keys: c.Keys, New: c.New, Old: c.Old})
				err, entries = errors.Join(err, failed), append(entries, entry)
			}
			return entries, err
		}})
	}
	b.Run(sources...)
	fmt.Println(url)
	select {}
}

// machine is the process that can be killed, and started again on its data.
type machine struct {
	dir, binary, url string
	cmd              *exec.Cmd
	stack            *stack.Stack
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	loaded, err := load()
	if err != nil {
		t.Fatal(err)
	}
	builder, err := lambda.NewBuilder("../..", t.TempDir(), []string{consumer})
	if err != nil {
		t.Fatal(err)
	}
	binaries, err := builder.Build(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{dir: t.TempDir(), binary: binaries[consumer], stack: loaded}
	if err := os.Mkdir(filepath.Join(m.dir, "control"), 0o700); err != nil {
		t.Fatal(err)
	}
	m.start(t)
	t.Cleanup(m.kill)
	return m
}

func (m *machine) start(t *testing.T) {
	t.Helper()
	m.cmd = exec.Command(os.Args[0])
	m.cmd.Env = append(os.Environ(), "BUS_TEST_SERVE="+m.dir, "BUS_TEST_BINARY="+m.binary)
	m.cmd.Stderr = t.Output()
	out, err := m.cmd.StdoutPipe()
	if err == nil {
		err = m.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	m.url = strings.TrimSpace(line)
}

func (m *machine) kill() {
	_ = m.cmd.Process.Kill()
	_ = m.cmd.Wait()
}

func (m *machine) table() dynamo.Table {
	return dynamo.Table{Client: m.stack.DynamoDB(m.url), Name: "lyceum-dev-learning"}
}

// record records an event in a region's name.
func (m *machine) record(t *testing.T, region string) error {
	t.Helper()
	event, err := domain.NewEvent(domain.LessonCompleted, time.Now(), rand.Reader, map[string]string{"userId": "1"})
	if err != nil {
		t.Fatal(err)
	}
	return dynamo.Outbox{Table: m.table(), Region: region}.Record(t.Context(), event)
}

// effects is how often a consumer had its effect, and on how many events.
func (m *machine) effects(t *testing.T) (total, events int) {
	t.Helper()
	table := m.table()
	out, err := table.Client.Scan(t.Context(), &awsdynamodb.ScanInput{TableName: &table.Name})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range out.Items {
		pk := item["pk"].(*types.AttributeValueMemberS).Value
		if strings.HasPrefix(pk, "EFFECT#") {
			events++
		} else if n, ok := item["effects"].(*types.AttributeValueMemberN); ok {
			total, _ = strconv.Atoi(n.Value)
		}
	}
	return total, events
}

// wait waits until nothing waits and so many effects and dead letters are there, and no more.
func (m *machine) wait(t *testing.T, effects, dead int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		res, err := http.Get(m.url + bus.EventsPath)
		if err != nil {
			t.Fatal(err)
		}
		var p page
		err = json.NewDecoder(res.Body).Decode(&p)
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		total, events := m.effects(t)
		if err == nil && total == effects && events == effects && len(p.Waiting) == 0 && len(p.Dead["lyceum-dev-dead-letters"]) == dead {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d effects on %d events, want %d; %d wait, dead are %+v, want %d (%v)", total, events, effects, len(p.Waiting), p.Dead, dead, err)
		}
	}
}

// deaths makes the consumer die at a step, once for each number.
func (m *machine) deaths(t *testing.T, step string, number int) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(m.dir, "control", fmt.Sprint(step, "-", number)), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestProcesses(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	effects := 0
	// A new process comes at the start and after a death.
	for _, steps := range [][]string{{"init"}, {"begin"}, {"done"}, {"begin", "begin"}, {"done", "done"}, {"begin", "init"}, {"done", "init"}, {"begin", "done"}} {
		for i, step := range steps {
			m.deaths(t, step, i+1)
		}
		if err := m.record(t, region); err != nil {
			t.Fatal(err)
		}
		effects++
		m.wait(t, effects, 0)
	}
	t.Logf("%d events took effect once each, killed at every step", effects)

	t.Run("what died three times is in the queue, and takes effect once when it is replayed", func(t *testing.T) {
		for _, step := range []string{"begin", "done"} {
			for i := range 3 {
				m.deaths(t, step, i)
			}
			if err := m.record(t, region); err != nil {
				t.Fatal(err)
			}
			if step == "done" {
				effects++ // before it died
			}
			m.wait(t, effects, 1)
			command := exec.Command("go", "run", "../../cmd/events", "--local", "--region", region, "--api", m.url, "--dynamodb", m.url, "replay", "--all")
			if said, err := command.CombinedOutput(); err != nil || !strings.Contains(string(said), "sent lesson.completed") {
				t.Fatalf("it says %s (%v)", said, err)
			}
			if step == "begin" {
				effects++
			}
			m.wait(t, effects, 0)
		}
	})
	t.Run("what was recorded before a kill takes effect once after it", func(t *testing.T) {
		for range 3 {
			for range 10 {
				if err := m.record(t, region); err != nil {
					t.Fatal(err)
				}
				effects++
			}
			m.kill() // at any moment of their way
			m.start(t)
		}
		m.wait(t, effects, 0)
	})
	t.Run("what another region recorded is not published here", func(t *testing.T) {
		for _, where := range []string{"us-east-1", region, "ap-northeast-1"} {
			if err := m.record(t, where); err != nil {
				t.Fatal(err)
			}
		}
		effects++
		m.wait(t, effects, 0)
	})
}
