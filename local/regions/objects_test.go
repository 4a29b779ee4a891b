package regions_test

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/local/dynamodb"
	"lyceum/local/regions"
	"lyceum/local/s3"
)

// objects is three regions with a bucket each.
type objects struct {
	*regions.World
	stores  map[string]*s3.Server
	clients map[string]*awss3.Client
	close   func()
}

func openObjects(t *testing.T, dir string, o regions.Options) *objects {
	t.Helper()
	o.Regions = everywhere
	w, err := regions.New(o)
	check(t, err)
	made := &objects{w, map[string]*s3.Server{}, map[string]*awss3.Client{}, nil}
	var closers []func()
	for _, region := range everywhere {
		engine, err := dynamodb.Open(dynamodb.Options{Region: region})
		check(t, err)
		w.Attach(region, engine)
		store, err := s3.Open(s3.Options{Dir: filepath.Join(dir, region), Region: region, Secret: func(string) (string, bool) { return "secret", true }})
		check(t, err)
		check(t, store.EnsureBucket(context.Background(), s3.Bucket{Name: "files-" + region, Versioned: true, Replicated: true, Events: true}))
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		check(t, err)
		go store.Serve(ln)
		closers = append(closers, func() {
			store.Close()
			engine.Close()
		})
		w.AttachS3(region, store, map[string]string{"Files": "files-" + region})
		made.stores[region] = store
		made.clients[region] = awss3.New(awss3.Options{Region: region, BaseEndpoint: aws.String("http://" + ln.Addr().String()), UsePathStyle: true, RetryMaxAttempts: 1,
			Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")})
	}
	check(t, w.Run())
	closed := false
	made.close = func() {
		if !closed {
			closed = true
			w.Close()
			for _, end := range closers {
				end()
			}
		}
	}
	t.Cleanup(made.close)
	return made
}

func (o *objects) put(t *testing.T, region, key, content string) string {
	t.Helper()
	out, err := o.clients[region].PutObject(context.Background(), &awss3.PutObjectInput{Bucket: aws.String("files-" + region), Key: &key,
		Body: strings.NewReader(content), ContentType: aws.String("text/x-note"), Metadata: map[string]string{"by": "ada"}})
	check(t, err)
	return *out.VersionId
}

// get gives content and version, or an error's code.
func (o *objects) get(t *testing.T, region, key string) (content, version string) {
	t.Helper()
	out, err := o.clients[region].GetObject(context.Background(), &awss3.GetObjectInput{Bucket: aws.String("files-" + region), Key: &key})
	var api interface{ ErrorCode() string }
	if errors.As(err, &api) {
		return api.ErrorCode(), ""
	}
	check(t, err)
	defer out.Body.Close()
	data, err := io.ReadAll(out.Body)
	check(t, err)
	if *out.ContentType != "text/x-note" || out.Metadata["by"] != "ada" {
		t.Errorf("%s: got type %s and metadata %v", region, *out.ContentType, out.Metadata)
	}
	return string(data), *out.VersionId
}

func (o *objects) quiet(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	check(t, o.Quiet(ctx))
}

func TestObjectsArriveAfterTheLagAndSoDoTheirDeletions(t *testing.T) {
	t.Parallel()
	o := openObjects(t, t.TempDir(), regions.Options{Lag: 150 * time.Millisecond})
	version := o.put(t, a, "x", "hello")
	if got, _ := o.get(t, b, "x"); got != "NoSuchKey" {
		t.Errorf("before it arrives: got %q, want NoSuchKey", got)
	}
	o.quiet(t)
	for _, region := range everywhere {
		if got, id := o.get(t, region, "x"); got != "hello" || id != version {
			t.Errorf("%s: got %q, version %s, want version %s", region, got, id, version)
		}
	}
	select {
	case <-o.stores[b].Noticed():
	case <-time.After(5 * time.Second):
		t.Error("nobody was told of the replica")
	}
	notices, err := o.stores[b].Notices(0, 10)
	if err != nil || len(notices) != 1 || notices[0].Key != "x" || notices[0].Bucket != "files-"+b {
		t.Errorf("got %+v (%v), want a notice of the replica", notices, err)
	}
	_, err = o.clients[b].DeleteObject(context.Background(), &awss3.DeleteObjectInput{Bucket: aws.String("files-" + b), Key: aws.String("x")})
	check(t, err)
	o.quiet(t)
	for _, region := range everywhere {
		if got, _ := o.get(t, region, "x"); got != "NoSuchKey" {
			t.Errorf("%s: got %q after the deletion", region, got)
		}
	}
}

func TestTheNewestVersionIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	o := openObjects(t, t.TempDir(), regions.Options{})
	check(t, o.SetLink(a, c, func(l *regions.Link) { l.Cut = true }))
	o.put(t, a, "x", "first")
	for range 500 {
		if got, _ := o.get(t, b, "x"); got == "first" {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	_, err := o.clients[b].DeleteObject(context.Background(), &awss3.DeleteObjectInput{Bucket: aws.String("files-" + b), Key: aws.String("x")})
	check(t, err)
	check(t, o.Isolate(b, true))
	o.put(t, b, "y", "older")
	time.Sleep(2 * time.Millisecond)
	o.put(t, c, "y", "newer")
	o.Heal() // x's first version reaches c after the marker
	o.quiet(t)
	for _, region := range everywhere {
		x, _ := o.get(t, region, "x")
		if y, _ := o.get(t, region, "y"); x != "NoSuchKey" || y != "newer" {
			t.Errorf("%s: got x %q, y %q", region, x, y)
		}
	}
}

func TestObjectsGoOnAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := openObjects(t, dir, regions.Options{})
	check(t, o.Isolate(c, true))
	o.put(t, a, "x", "1")
	o.put(t, c, "y", "2")
	o.close()
	o = openObjects(t, dir, regions.Options{})
	o.quiet(t)
	for _, region := range everywhere {
		x, _ := o.get(t, region, "x")
		if y, _ := o.get(t, region, "y"); x != "1" || y != "2" {
			t.Errorf("%s: got x %q, y %q", region, x, y)
		}
	}
}
