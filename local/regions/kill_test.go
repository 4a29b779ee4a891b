package regions_test

import (
	"bufio"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/local/dynamodb"
	"lyceum/local/regions"
)

const worldVariable = "LYCEUM_TEST_WORLD" // folder and consistency, with a comma between

// TestMain lets the test binary be a world of its own, which a test can kill.
func TestMain(m *testing.M) {
	dir, consistency, child := strings.Cut(os.Getenv(worldVariable), ",")
	if !child {
		os.Exit(m.Run())
	}
	if err := serveWorld(dir, dynamodb.Consistency(consistency)); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	select {}
}

// serveWorld prints the three addresses in one line.
func serveWorld(dir string, consistency dynamodb.Consistency) error {
	w, err := regions.New(regions.Options{Regions: everywhere, Lag: 30 * time.Millisecond, Jitter: 100 * time.Millisecond})
	if err != nil {
		return err
	}
	var urls []string
	for _, region := range everywhere {
		engine, err := dynamodb.Open(dynamodb.Options{Dir: filepath.Join(dir, region), Region: region, Coordinator: w.Coordinator(region)})
		if err != nil {
			return err
		}
		w.Attach(region, engine)
		urls = append(urls, httptest.NewServer(engine).URL)
	}
	if err := w.Table(table, consistency); err != nil {
		return err
	}
	if err := w.Run(); err != nil {
		return err
	}
	fmt.Println(strings.Join(urls, " "))
	return nil
}

func TestAfterKill9ReplicationGoesOnAndNothingIsLost(t *testing.T) {
	t.Parallel()
	for _, consistency := range []dynamodb.Consistency{dynamodb.Eventual, dynamodb.Strong} {
		t.Run(string(consistency), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			makeTables(t, dir)
			answered := map[string]bool{}
			for life := range 3 {
				for _, pk := range writeUntilKilled(t, dir, consistency, life) {
					answered[pk] = true
				}
			}
			w := open(t, dir, consistency, regions.Options{})
			items := w.equal(t)
			for pk := range answered {
				if items[pk] == "" {
					t.Errorf("%s was answered and is lost", pk)
				}
			}
			if len(answered) < 60 {
				t.Errorf("only %d writes were answered", len(answered))
			}
		})
	}
}

// makeTables makes each region's file with its table.
func makeTables(t *testing.T, dir string) {
	t.Helper()
	for _, region := range everywhere {
		engine, err := dynamodb.Open(dynamodb.Options{Dir: filepath.Join(dir, region), Region: region})
		check(t, err)
		web := httptest.NewServer(engine)
		createTable(t, clientOf(region, web.URL))
		web.Close()
		check(t, engine.Close())
	}
}

func clientOf(region, url string) *sdk.Client {
	return sdk.New(sdk.Options{Region: region, BaseEndpoint: &url, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")})
}

// writeUntilKilled starts a world, writes in all regions, kills it in the middle, and gives the keys of the answered writes.
func writeUntilKilled(t *testing.T, dir string, consistency dynamodb.Consistency, life int) []string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), worldVariable+"="+dir+","+string(consistency))
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	check(t, err)
	urls := strings.Fields(line)
	if len(urls) != len(everywhere) {
		t.Fatalf("the world did not start: %s", line)
	}
	w := &world{clients: map[string]*sdk.Client{}}
	for i, region := range everywhere {
		w.clients[region] = clientOf(region, urls[i])
	}
	var n atomic.Int64
	keys := make(chan []string)
	for _, region := range everywhere {
		go func() {
			var mine []string
			for i := 0; ; i++ {
				pk := fmt.Sprint(region, life, i)
				if w.put(region, pk, "1") != nil {
					keys <- mine
					return
				}
				mine = append(mine, pk)
				n.Add(1)
			}
		}()
	}
	eventually(t, "some answered writes", func() bool { return n.Load() > 30 })
	check(t, cmd.Process.Kill())
	_ = cmd.Wait()
	var all []string
	for range everywhere {
		all = append(all, <-keys...)
	}
	return all
}
