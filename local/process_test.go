package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
)

// These tests are a user at a terminal: they type the command and talk to what it serves.

var api = flag.String("api", "", "run the journey against a server that is up, such as sam local's, without restarting it")
var dynamo = flag.String("dynamodb", "", "the DynamoDB behind -api, to make an editor there; without it none is made")

var ready = regexp.MustCompile(`(?m)^ready at (\S+)`)

// process is one run of the command.
type process struct {
	URL   string
	Start time.Duration // until it was ready

	cmd    *exec.Cmd
	output *lockedBuffer
	exited chan struct{}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// goRun starts `go run ./local` at the root of the project on free ports, with further flags, and waits until it is ready.
func goRun(t *testing.T, flags ...string) *process {
	t.Helper()
	p := begin(t, flags...)
	deadline := time.After(5 * time.Minute)
	for started := time.Now(); ; {
		if m := ready.FindStringSubmatch(p.output.String()); m != nil {
			p.URL, p.Start = m[1], time.Since(started)
			return p
		}
		select {
		case <-p.exited:
			t.Fatalf("it ended before it was ready:\n%s", p.output)
		case <-deadline:
			t.Fatalf("it is not ready:\n%s", p.output)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// begin starts the command and waits for nothing. Under the race detector the command is too.
func begin(t *testing.T, flags ...string) *process {
	t.Helper()
	args := slices.Concat([]string{"run"}, race, []string{"./local", "--port", "0", "--dynamodb-port", "0", "--s3-port", "0"}, flags)
	if endpoint := os.Getenv(localtest.OtherDynamoDB); endpoint != "" {
		args = append(args, "--dynamodb-endpoint", endpoint)
	}
	p := &process{cmd: exec.Command("go", args...), output: &lockedBuffer{}, exited: make(chan struct{})}
	p.cmd.Dir = ".."
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	ownGroup(p.cmd)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait()
		close(p.exited)
	}()
	t.Cleanup(func() {
		p.kill()
		if strings.Contains(p.output.String(), "WARNING: DATA RACE") {
			t.Errorf("the race detector found one:\n%s", p.output)
		}
	})
	return p
}

// kill is kill -9 of the command and all it started.
func (p *process) kill() {
	killGroup(p.cmd)
	<-p.exited
}

// interrupt is Ctrl-C.
func (p *process) interrupt(t *testing.T) {
	t.Helper()
	interruptGroup(p.cmd)
	select {
	case <-p.exited:
	case <-time.After(20 * time.Second):
		t.Fatalf("it does not end:\n%s", p.output)
	}
}

// client follows no redirects.
var client = &http.Client{
	Timeout:       2 * time.Minute,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// reply is an answer with its JSON decoded.
type reply struct {
	Status int
	Header http.Header
	Body   []byte
	Data   json.RawMessage `json:"data"`
	Code   string          `json:"code"`
	Next   struct {
		Cursor string `json:"nextCursor"`
	} `json:"pagination"`
}

// send makes one request; an error means that no whole answer came.
func send(method, url, token, contentType string, body []byte) (reply, error) {
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	r := reply{Status: res.StatusCode, Header: res.Header}
	if r.Body, err = io.ReadAll(res.Body); err != nil {
		return r, err
	}
	if len(r.Body) > 0 && r.Body[0] == '{' {
		err = json.Unmarshal(r.Body, &r)
	}
	return r, err
}

// want sends a request, checks the status and decodes data into out, which may be nil.
func want(t *testing.T, status int, method, url, token, contentType string, body []byte, out any) reply {
	t.Helper()
	r, err := send(method, url, token, contentType, body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	if r.Status != status {
		t.Fatalf("%s %s: got %d %.500s, want %d", method, url, r.Status, r.Body, status)
	}
	if r.Data != nil {
		checkTimes(t, method+" "+url, string(r.Data))
	}
	if out != nil {
		if err := json.Unmarshal(r.Data, out); err != nil {
			t.Fatalf("%s %s: data %s: %v", method, url, r.Data, err)
		}
	}
	return r
}

func get(t *testing.T, url, token string, out any) reply {
	t.Helper()
	return want(t, http.StatusOK, http.MethodGet, url, token, "", nil, out)
}

func post(t *testing.T, status int, url, token, body string, out any) reply {
	t.Helper()
	return want(t, status, http.MethodPost, url, token, "application/json", []byte(body), out)
}

// form is a multipart form with one file.
func form(t *testing.T, name string, content []byte) (contentType string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

// read is a file below the project's root.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
