package dynamodb_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/dynamodb"
)

const serverDir = "LYCEUM_TEST_DYNAMODB_DIR"

// TestMain lets the test binary be a server of its own, which a test can kill.
func TestMain(m *testing.M) {
	dir := os.Getenv(serverDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	s, err := dynamodb.Open(dynamodb.Options{Dir: dir})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	web := httptest.NewServer(s)
	fmt.Println(web.URL)
	select {}
}

// startProcess starts a server as a process and returns its first line: the URL, or why it did not start.
func startProcess(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serverDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, strings.TrimSpace(line)
}

func TestEveryAnsweredWriteSurvivesKill9(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, url := startProcess(t, dir)
	c := client(url, "id", "secret")
	createTable(t, c)
	var answered [4]atomic.Int64
	done := make(chan struct{}, len(answered))
	for w := range answered {
		go func() {
			defer func() { done <- struct{}{} }()
			for i := 0; ; i++ {
				item := key(fmt.Sprint("w", w), fmt.Sprintf("%06d", i))
				item["g"] = text("all")
				if _, err := c.PutItem(context.Background(), &sdk.PutItemInput{TableName: name, Item: item}); err != nil {
					return
				}
				answered[w].Store(int64(i + 1))
			}
		}()
	}
	eventually(t, "400 answered writes", func() bool { return answered[0].Load() > 100 && answered[3].Load() > 100 })
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for range answered {
		<-done
	}
	_ = cmd.Wait()
	c = client(serve(t, dynamodb.Options{Dir: dir}), "id", "secret")
	indexed := int64(0)
	pages := sdk.NewQueryPaginator(c, &sdk.QueryInput{TableName: name, IndexName: ptr("by-g"), KeyConditionExpression: ptr("g = :g"),
		ExpressionAttributeValues: values{":g": text("all")}, Select: types.SelectCount})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		indexed += int64(page.Count)
	}
	total := int64(0)
	for w := range answered {
		n := answered[w].Load()
		total += n
		for i := range n {
			if get(t, c, key(fmt.Sprint("w", w), fmt.Sprintf("%06d", i))) == nil {
				t.Fatalf("writer %d: write %d of %d was answered and is lost", w, i, n)
			}
		}
	}
	if indexed < total || indexed > total+int64(len(answered)) {
		t.Errorf("got %d index entries for %d answered writes", indexed, total)
	}
}

func ptr[T any](v T) *T { return &v }

func TestARestartKeepsTablesItemsAndTimeToLive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := dynamodb.Open(dynamodb.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	c := client(web.URL, "id", "secret")
	createTable(t, c)
	put(t, c, key("a", "b"))
	_, err = c.UpdateTimeToLive(context.Background(), &sdk.UpdateTimeToLiveInput{TableName: name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: ptr("ttl"), Enabled: ptr(true)}})
	if err != nil {
		t.Fatal(err)
	}
	web.Close()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c = client(serve(t, dynamodb.Options{Dir: dir}), "id", "secret")
	if got := get(t, c, key("a", "b")); len(got) != 2 {
		t.Errorf("got %v", got)
	}
	out, err := c.DescribeTimeToLive(context.Background(), &sdk.DescribeTimeToLiveInput{TableName: name})
	if err != nil || out.TimeToLiveDescription.TimeToLiveStatus != types.TimeToLiveStatusEnabled {
		t.Errorf("got %+v (%v)", out, err)
	}
}

func TestAFolderInUseIsToldByName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startProcess(t, dir)
	_, err := dynamodb.Open(dynamodb.Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "locked by another process") {
		t.Errorf("got %v", err)
	}
}

func TestADamagedFileIsToldByName(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	_, url := startProcess(t, whole) // not closed, as after a power loss
	c := client(url, "id", "secret")
	createTable(t, c)
	for i := range 100 {
		item := key("p", fmt.Sprint(i))
		item["text"] = text(strings.Repeat("x", 2000))
		put(t, c, item)
	}
	const file = "dynamodb.bolt"
	data, err := os.ReadFile(filepath.Join(whole, file))
	if err != nil {
		t.Fatal(err)
	}
	for what, damage := range map[string]func([]byte) []byte{
		"cut in half":      func(b []byte) []byte { return b[:len(b)/2] },
		"cut to a page":    func(b []byte) []byte { return b[:4096] },
		"without its data": func(b []byte) []byte { return append(b[:8192:8192], make([]byte, len(b)-8192)...) },
		"other content":    func([]byte) []byte { return []byte(strings.Repeat("hello ", 5000)) },
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, file), damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := dynamodb.Open(dynamodb.Options{Dir: dir})
			if err == nil {
				s.Close()
			}
			if err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "damaged") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAFileInPlaceOfTheFolderIsTold(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := dynamodb.Open(dynamodb.Options{Dir: file}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v", err)
	}
}

func TestAClosedServerAnswersAnError(t *testing.T) {
	t.Parallel()
	s, err := dynamodb.Open(dynamodb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	defer web.Close()
	c := client(web.URL, "id", "secret")
	createTable(t, c)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = c.GetItem(context.Background(), &sdk.GetItemInput{TableName: name, Key: key("a", "b")})
	wantCode(t, err, "InternalServerError")
	if err := s.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	if resp, err := http.Get(web.URL); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("got %v, %v", resp, err)
	}
}
