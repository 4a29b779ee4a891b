package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"lyceum/cmd/internal/tool"
	"lyceum/local/bus"
	"lyceum/local/iam"
	"lyceum/local/localtest"
	"lyceum/local/pattern"
	"lyceum/local/stack"
	"lyceum/local/template"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/events"
)

// machine is a stand with a bus beside its API and one function, which takes effect once for each event id unless it is broken.
type machine struct {
	stand *localtest.Stand
	flags []string

	mu      sync.Mutex
	broken  bool
	calls   int
	effects map[string]int
}

var errBroken = errors.New("broken")

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{stand: localtest.New(t), effects: map[string]int{}}
	matching, err := pattern.Parse(`{"source":["lyceum"]}`)
	if err != nil {
		t.Fatal(err)
	}
	loaded := m.stand.Stack
	b, err := bus.Open(bus.Options{
		Region: localtest.Region, AccountID: stack.AccountID, Buses: loaded.Buses, Queues: loaded.Queues, Pause: time.Millisecond,
		Functions: []template.Function{{
			Name: "mailer", Async: template.Async{Retries: 2, MaxAge: time.Hour, OnFailure: loaded.Queues[0].Name},
			Rules: []template.Rule{{Bus: loaded.Buses[0].Name, Pattern: matching}},
		}},
		Invoke: m.invoke, Failed: func(err error) (json.RawMessage, bool) {
			return json.RawMessage(`{"errorType":"errorString","errorMessage":"broken"}`), errors.Is(err, errBroken)
		},
		Secret: loaded.Secret, Authorize: func(id, action, resource string) error {
			return loaded.Authorize(id, iam.Call{Action: action, Resource: resource})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	mux := http.NewServeMux()
	b.Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b.Run()
	m.flags = []string{"--local", "--api", server.URL, "--dynamodb", *m.stand.Client().Options().BaseEndpoint}
	return m
}

func (m *machine) invoke(_ context.Context, _ string, payload []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
	if m.broken {
		return nil, errBroken
	}
	var envelope lambdaevents.EventBridgeEvent
	if err := json.Unmarshal(payload, &envelope); err != nil {
		return nil, err
	}
	event, err := events.Decode(envelope)
	m.effects[event.ID.String()] = 1
	return nil, err
}

func (m *machine) setBroken(broken bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = broken
}

// run runs the command and returns what it says.
func (m *machine) run(t *testing.T, args ...string) (said string, err error) {
	t.Helper()
	var out bytes.Buffer
	err = run(t.Context(), append(m.flags[:len(m.flags):len(m.flags)], args...), &out)
	return out.String(), err
}

// says runs the command until it says want so many times.
func (m *machine) says(t *testing.T, want string, times int, args ...string) string {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		said, err := m.run(t, args...)
		if err == nil && strings.Count(said, want) == times {
			return said
		}
		if time.Now().After(deadline) {
			t.Fatalf("%q: it says %q (%v), want %q %d times", args, said, err, want, times)
		}
	}
}

// record records an event as a use case does and returns its id. Nothing follows the stream here.
func (m *machine) record(t *testing.T, region string, at time.Time) string {
	t.Helper()
	event, err := domain.NewEvent(domain.LessonCompleted, at, rand.Reader, map[string]string{"userId": "1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := (dynamo.Outbox{Table: m.stand.Table("LEARNING_TABLE"), Region: region}).Record(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	return event.ID.String()
}

func (m *machine) tookEffect(t *testing.T, ids ...string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		m.mu.Lock()
		n := len(m.effects)
		m.mu.Unlock()
		if n == len(ids) || time.Now().After(deadline) {
			break
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		if m.effects[id] != 1 {
			t.Errorf("event %s has no effect", id)
		}
	}
	if len(m.effects) != len(ids) {
		t.Errorf("%d effects, want %d", len(m.effects), len(ids))
	}
}

func TestDeadLettersAreShownAndReplayed(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	if said, err := m.run(t, "list"); err != nil || said != "no dead letters\n" {
		t.Errorf("it says %q (%v)", said, err)
	}
	m.setBroken(true)
	now := time.Now()
	var ids []string
	for range 12 { // more than one call receives
		ids = append(ids, m.record(t, localtest.Region, now))
	}
	m.says(t, "published 12 events", 1, "replay", "--since", "1h")
	said := m.says(t, "lesson.completed  mailer  RetriesExhausted after 3 tries: errorString: broken", 12, "list")
	for _, id := range ids {
		if strings.Count(said, id) != 1 {
			t.Errorf("%s is not listed once:\n%s", id, said)
		}
	}
	m.mu.Lock()
	if m.calls != 36 {
		t.Errorf("the function was called %d times, want 36", m.calls)
	}
	m.mu.Unlock()

	// As long as the fault is there they come back.
	m.says(t, "sent lesson.completed", 12, "replay", "--all")
	m.says(t, "RetriesExhausted", 12, "list")

	m.setBroken(false)
	if said, err := m.run(t, "replay", "--id", ids[3]); err != nil || said != "sent lesson.completed "+ids[3]+" to mailer\n" {
		t.Errorf("it says %q (%v)", said, err)
	}
	m.tookEffect(t, ids[3])
	m.says(t, "RetriesExhausted", 11, "list")
	m.says(t, "sent lesson.completed", 11, "replay", "--all")
	m.tookEffect(t, ids...)
	m.says(t, "no dead letters", 1, "list")
	m.says(t, "no dead letters", 1, "replay", "--all")
	if said, err := m.run(t, "replay", "--id", ids[0]); err == nil {
		t.Errorf("what is not in the queue is replayed: %q", said)
	}
}

func TestTheOutboxIsPublishedAgain(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	now := time.Now()
	var recent []string
	for range 11 { // more than one call takes
		recent = append(recent, m.record(t, localtest.Region, now.Add(-time.Minute)))
	}
	m.record(t, localtest.Region, now.Add(-2*time.Hour))
	m.record(t, "eu-west-1", now)
	accounts := dynamo.Accounts{Table: m.stand.Table("IDENTITY_TABLE"), Region: localtest.Region, Now: time.Now}
	if _, err := accounts.Update(t.Context(), m.stand.NewUserAs(t, domain.Learner).ID, func(user *domain.User) (*domain.Event, error) {
		return user.SetRole(domain.Editor, time.Now(), rand.Reader)
	}); err != nil { // the item carries its event
		t.Fatal(err)
	}
	m.says(t, "published 12 events of us-east-1", 1, "replay", "--since", "1h")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		m.mu.Lock()
		n := len(m.effects)
		m.mu.Unlock()
		if n == 12 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d took effect, want 12", n)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range recent {
		if m.effects[id] == 0 {
			t.Errorf("event %s has no effect", id)
		}
	}
}

func TestMessagesOfOtherFormsAreShownAndLeft(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	set := settings{tool.Target{Local: true, Region: "us-east-1", API: m.flags[2], DynamoDB: m.flags[4]}, "dev"}
	c, err := set.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	url, err := c.queues.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &c.queue})
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`{"DDBStreamBatchInfo":{"shardId":"a"}}`, `{}`, `no JSON`} {
		if _, err := c.queues.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: url.QueueUrl, MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
	said, err := m.run(t, "list")
	if err != nil || strings.Count(said, "\n") != 3 || !strings.Contains(said, "a pipe could not publish it") || !strings.Contains(said, "another form: no JSON") {
		t.Errorf("it says %q (%v)", said, err)
	}
	if said, err := m.run(t, "replay", "--all"); err == nil || strings.Count(said, "left:") != 3 {
		t.Errorf("it says %q (%v)", said, err)
	}
	m.says(t, "\n", 3, "list")
}

func TestBadArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want string }{
		{"", "neither list nor replay"}, {"remove", "neither list nor replay"}, {"list all", "takes no arguments"}, {"replay", "one of"},
		{"replay --all --id 1", "one of"}, {"replay --since 200h", "168h"}, {"replay --since -1h", "168h"}, {"replay --all now", "one of"},
	} {
		err := run(t.Context(), append([]string{"--local", "--api", "http://127.0.0.1:1", "--dynamodb", "http://127.0.0.1:1"}, strings.Fields(c.args)...), &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, flag.ErrHelp) {
			t.Errorf("%q: %v, want a word on %s", c.args, err, c.want)
		}
	}
}
