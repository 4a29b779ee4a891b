package main_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"lyceum/local/localtest"
)

// TestAnsweredWritesSurviveKill9 kills the command while many learners write, and asks the next one for all that was answered.
func TestAnsweredWritesSurviveKill9(t *testing.T) {
	if *api != "" {
		t.Skip("the journey alone runs against another server")
	}
	data := t.TempDir()
	cloud := goRun(t, "--data", data)
	var in struct{ AccessToken string }
	post(t, http.StatusCreated, cloud.URL+"/api/auth/register", "", `{"email":"kim@example.org","username":"Kim","password":"correct horse battery"}`, &in)
	var lessons []struct{ ID string }
	get(t, cloud.URL+"/api/lessons?limit=4", in.AccessToken, &lessons)

	var mu sync.Mutex
	attempts := map[string]int{} // answered completions by lesson
	var writers sync.WaitGroup
	enough := make(chan struct{})
	for _, lesson := range lessons {
		writers.Go(func() {
			for {
				r, err := send(http.MethodPost, cloud.URL+"/api/lessons/"+lesson.ID+"/complete", in.AccessToken, "application/json", []byte(`{"score":70}`))
				if err != nil {
					return // killed
				}
				if r.Status != http.StatusOK {
					continue
				}
				mu.Lock()
				attempts[lesson.ID]++
				if total := sum(attempts); total == 60 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	cloud.kill()
	writers.Wait()

	again := goRun(t, "--data", data)
	for id, answered := range attempts {
		var progress struct{ Attempts int }
		post(t, http.StatusOK, again.URL+"/api/lessons/"+id+"/complete", in.AccessToken, `{"score":70}`, &progress)
		// One more than answered was applied if the kill hit between the write and its answer.
		if n := progress.Attempts - 1; n != answered && n != answered+1 {
			t.Errorf("lesson %s: %d attempts are there, %d were answered", id, n, answered)
		}
	}
}

func sum(m map[string]int) (total int) {
	for _, n := range m {
		total += n
	}
	return total
}

// TestD05TwoHundredRegistrationsOfOneAddress: one wins, all others are told, through real processes.
func TestD05TwoHundredRegistrationsOfOneAddress(t *testing.T) {
	if *api != "" {
		t.Skip("the journey alone runs against another server")
	}
	cloud := goRun(t, "--data", "")
	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			// Case and spaces do not make another address.
			email := []string{"dup@example.org", "DUP@example.org", " dup@EXAMPLE.org "}[i%3]
			body := fmt.Sprintf(`{"email":%q,"username":"User %d","password":"correct horse battery"}`, email, i)
			r, err := send(http.MethodPost, cloud.URL+"/api/auth/register", "", "application/json", []byte(body))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			statuses[r.Status]++
		})
	}
	all.Wait()
	if statuses[http.StatusCreated] != 1 || statuses[http.StatusConflict] != 199 {
		t.Errorf("statuses = %v, want 201 once and 409 for 199", statuses)
	}
	post(t, http.StatusOK, cloud.URL+"/api/auth/login", "", `{"email":"dup@example.org","password":"correct horse battery"}`, nil)
}

// TestARemovedPermissionIsMissed: the local cloud says no where AWS would, and who lacks what.
func TestARemovedPermissionIsMissed(t *testing.T) {
	if *api != "" || os.Getenv(localtest.OtherDynamoDB) != "" {
		t.Skip("permissions are judged by the local cloud's own DynamoDB")
	}
	text := read(t, "template.yaml")
	before, function, _ := strings.Cut(text, "  CompleteLessonFunction:")
	const put = "[dynamodb:BatchGetItem, dynamodb:PutItem, dynamodb:DeleteItem]" // of the learning table
	less := before + "  CompleteLessonFunction:" + strings.Replace(function, put, "[dynamodb:BatchGetItem, dynamodb:DeleteItem]", 1)
	if block, _, _ := strings.Cut(function, "Events:"); !strings.Contains(block, put) {
		t.Fatal("template.yaml does not permit what this test takes away")
	}
	file := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(file, []byte(less), 0o600); err != nil {
		t.Fatal(err)
	}
	cloud := goRun(t, "--data", "", "--template", file)
	var in struct{ AccessToken string }
	post(t, http.StatusCreated, cloud.URL+"/api/auth/register", "", `{"email":"kim@example.org","username":"Kim","password":"correct horse battery"}`, &in)
	var lessons []struct{ ID string }
	get(t, cloud.URL+"/api/lessons?limit=1", in.AccessToken, &lessons)
	post(t, http.StatusInternalServerError, cloud.URL+"/api/lessons/"+lessons[0].ID+"/complete", in.AccessToken, `{"score":70}`, nil)
	get(t, cloud.URL+"/api/users/me/dashboard", in.AccessToken, nil)
	const want = "AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role/lyceum-local-CompleteLessonFunction/lyceum-local-CompleteLessonFunction " +
		"is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/lyceum-dev-learning"
	if !strings.Contains(cloud.output.String(), want) {
		t.Errorf("the log does not say %q:\n%s", want, cloud.output)
	}
}

// TestBadStarts: each ends at once with status 1 and one line that says what to do.
func TestBadStarts(t *testing.T) {
	if *api != "" {
		t.Skip("the journey alone runs against another server")
	}
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { busy.Close() })
	port := strconv.Itoa(busy.Addr().(*net.TCPAddr).Port)
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	broken := write("broken.yaml", strings.Replace(read(t, "template.yaml"), "AWS::DynamoDB::Table", "AWS::DynamoDB::Stool", 1))
	// The resource begins on the line before its type.
	line := strconv.Itoa(strings.Count(strings.SplitN(read(t, "template.yaml"), "AWS::DynamoDB::Table", 2)[0], "\n"))
	file := write("file", "not a folder")
	for _, tt := range []struct {
		name  string
		flags []string
		want  []string
	}{
		{"a busy port", []string{"--data", "", "--port", port}, []string{"--port", port, "in use"}},
		{"a busy port of S3", []string{"--data", "", "--s3-port", port}, []string{"--s3-port", port}},
		{"a template that is not there", []string{"--data", "", "--template", "nowhere.yaml"}, []string{"nowhere.yaml"}},
		{"a template with an unknown resource", []string{"--data", "", "--template", broken}, []string{"broken.yaml:" + line, "AWS::DynamoDB::Stool"}},
		{"a data folder that is a file", []string{"--data", file}, []string{file}},
		{"a parameter the template does not have", []string{"--data", "", "--parameter-overrides", "Colour=red"}, []string{"Colour"}},
		{"a parameter outside its values", []string{"--data", "", "--parameter-overrides", "Environment=moon"}, []string{"Environment", "moon"}},
		{"an unknown flag", []string{"--prot", "1"}, []string{"-prot"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := begin(t, tt.flags...)
			<-p.exited
			if code := p.cmd.ProcessState.ExitCode(); code != 1 {
				t.Errorf("exit status %d, want 1", code)
			}
			text := strings.TrimSuffix(strings.TrimSpace(p.output.String()), "exit status 1") // go run adds it
			if strings.Count(strings.TrimSpace(text), "\n") != 0 || !strings.HasPrefix(text, "local: ") {
				t.Errorf("got %q, want one line that begins with local:", text)
			}
			for _, part := range tt.want {
				if !strings.Contains(text, part) {
					t.Errorf("got %q, want it to name %s", text, part)
				}
			}
		})
	}
}
