package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/dynamo"
)

var variables = map[string]string{
	"identity": "IDENTITY_TABLE", "learning": "LEARNING_TABLE", "ephemeral": "EPHEMERAL_TABLE", "content": "CONTENT_BUCKET", "uploads": "UPLOADS_BUCKET",
}

func open(t *testing.T) (*localtest.Stand, environment, *bytes.Buffer) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	out := &bytes.Buffer{}
	e := environment{tables: map[string]dynamo.Table{}, buckets: map[string]bucket{}, page: 3, out: out}
	for _, name := range tableNames {
		e.tables[name] = stand.Table(variables[name])
	}
	for _, name := range bucketNames {
		b := buckets.Bucket(stand, variables[name])
		e.buckets[name] = bucket{client: b.Client, name: b.Name}
	}
	return stand, e, out
}

// fill gives a stand people with sessions, lessons, progress and files.
func fill(t *testing.T, stand *localtest.Stand, e environment) {
	t.Helper()
	user := stand.NewUser(t)
	for i := range 4 {
		stand.Complete(t, user, stand.NewLesson(t, "go", i), 90, time.Now())
		stand.NewUser(t)
	}
	for _, name := range bucketNames {
		for i := range 7 {
			_, err := e.buckets[name].client.PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: aws.String(e.buckets[name].name), Key: aws.String(fmt.Sprintf("folder/Größe %d", i)), Body: strings.NewReader(strings.Repeat("x", 100*i)),
				ContentType: aws.String("text/html"), CacheControl: aws.String("private"), Metadata: map[string]string{"owner": "ada"},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// everything is all that must be equal, by where it is.
func everything(t *testing.T, stand *localtest.Stand, e environment) map[string]any {
	t.Helper()
	all := map[string]any{}
	for _, name := range tableNames {
		for _, item := range stand.Items(t, variables[name]) {
			if name == "ephemeral" && item["expiresAt"] != nil {
				continue
			}
			all[fmt.Sprint(name, item["pk"], item["sk"])] = item
		}
	}
	for _, name := range bucketNames {
		b := e.buckets[name]
		list, err := b.client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &b.name})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list.Contents {
			got, err := b.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &b.name, Key: o.Key})
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(got.Body)
			got.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			all[name+*o.Key] = []any{string(body), aws.ToString(got.ContentType), aws.ToString(got.CacheControl), got.Metadata}
		}
	}
	return all
}

func equal(t *testing.T, got, want map[string]any) {
	t.Helper()
	if len(want) < 30 {
		t.Errorf("only %d things to compare", len(want))
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if !reflect.DeepEqual(got[key], want[key]) {
			t.Errorf("%s: got %v, want %v", key, got[key], want[key])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d things, want %d", len(got), len(want))
	}
}

// flaky fails once it has written some files, like a command that is killed.
type flaky struct {
	place
	left int
}

var errKilled = errors.New("killed")

func (f *flaky) put(ctx context.Context, name string, content io.Reader) error {
	if f.left--; f.left < 0 {
		return errKilled
	}
	return f.place.put(ctx, name, content)
}

func (f *flaky) get(ctx context.Context, name string) (io.ReadCloser, error) {
	if strings.HasPrefix(name, "bodies/") {
		if f.left--; f.left < 0 {
			return nil, errKilled
		}
	}
	return f.place.get(ctx, name)
}

func TestRestoredEnvironmentEqualsSavedOne(t *testing.T) {
	t.Parallel()
	stand, source, _ := open(t)
	fill(t, stand, source)
	want := everything(t, stand, source)
	_, other, _ := open(t)
	theirs := other.buckets["uploads"]
	theirs.prefix = "backups/today/"
	for name, to := range map[string]place{"a folder": folder(t.TempDir()), "a bucket": theirs} {
		t.Run(name, func(t *testing.T) {
			again, empty, out := open(t)
			if err := empty.restore(t.Context(), to); err == nil {
				t.Error("what is no backup was restored")
			}
			for _, left := range []int{2, 9} {
				if err := source.save(t.Context(), &flaky{to, left}); !errors.Is(err, errKilled) {
					t.Fatalf("killed after %d files: %v", left, err)
				}
				if err := empty.restore(t.Context(), to); err == nil {
					t.Error("half a backup was restored")
				}
			}
			for range 2 { // the second finds it complete
				if err := source.save(t.Context(), to); err != nil {
					t.Fatal(err)
				}
			}
			if err := empty.restore(t.Context(), &flaky{to, 5}); !errors.Is(err, errKilled) {
				t.Fatalf("killed on the way back: %v", err)
			}
			if err := empty.restore(t.Context(), to); err != nil {
				t.Fatal(err)
			}
			equal(t, everything(t, again, empty), want)
			out.Reset()
			if err := empty.restore(t.Context(), to); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(out.String()) {
				if !strings.Contains(line, ": 0 restored,") {
					t.Errorf("a second run changes something: %s", line)
				}
			}
			for _, item := range again.Items(t, "EPHEMERAL_TABLE") {
				if item["expiresAt"] != nil {
					t.Errorf("a session came back: %v", item)
				}
			}
		})
	}
}
