package dynamodb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	bolt "go.etcd.io/bbolt"

	"lyceum/local/dynamodb"
)

// openStreamed serves an engine with the table lessons, whose stream has a view.
func openStreamed(t *testing.T, opts dynamodb.Options, view types.StreamViewType) (*dynamodb.Server, *sdk.Client) {
	t.Helper()
	s, err := dynamodb.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		s.Close()
	})
	c := client(web.URL, "id", "secret")
	createTable(t, c, func(in *sdk.CreateTableInput) {
		in.StreamSpecification = &types.StreamSpecification{StreamEnabled: ptr(true), StreamViewType: view}
	})
	return s, c
}

// changesOf tells each change as "NAME keys new old".
func changesOf(t *testing.T, s *dynamodb.Server, after uint64) (told []string) {
	t.Helper()
	changes, err := s.Changes(*name, after, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		text := c.Name
		for _, part := range []json.RawMessage{c.Keys, c.New, c.Old} {
			text += " " + string(part)
		}
		told = append(told, text)
	}
	return told
}

func set(t *testing.T, c *sdk.Client, k values, expression string, v values) {
	t.Helper()
	_, err := c.UpdateItem(context.Background(), &sdk.UpdateItemInput{TableName: name, Key: k, UpdateExpression: &expression, ExpressionAttributeValues: v})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryChangeIsRecordedOnceAndInOrder(t *testing.T) {
	t.Parallel()
	s, c := openStreamed(t, dynamodb.Options{}, types.StreamViewTypeNewAndOldImages)
	put(t, c, key("a", "1"))
	set(t, c, key("a", "1"), "SET n = :n", values{":n": num(1)})
	set(t, c, key("a", "1"), "SET n = :n", values{":n": num(1)}) // changes nothing
	if _, err := c.DeleteItem(context.Background(), &sdk.DeleteItemInput{TableName: name, Key: key("a", "1")}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.DeleteItem(context.Background(), &sdk.DeleteItemInput{TableName: name, Key: key("a", "1")}); err != nil { // nothing is there
		t.Fatal(err)
	}
	_, err := c.PutItem(context.Background(), &sdk.PutItemInput{TableName: name, Item: key("a", "1"), ConditionExpression: ptr("attribute_exists(pk)")})
	wantCode(t, err, "ConditionalCheckFailedException")
	_, err = c.TransactWriteItems(context.Background(), &sdk.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: name, Item: key("t", "1")}},
		{ConditionCheck: &types.ConditionCheck{TableName: name, Key: key("t", "2"), ConditionExpression: ptr("attribute_not_exists(pk)")}},
		{Put: &types.Put{TableName: name, Item: key("t", "3")}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	const one = `{"pk":{"S":"a"},"sk":{"S":"1"}}`
	const withN = `{"n":{"N":"1"},"pk":{"S":"a"},"sk":{"S":"1"}}`
	want := []string{
		"INSERT " + one + " " + one + " ", "MODIFY " + one + " " + withN + " " + one, "REMOVE " + one + "  " + withN,
		`INSERT {"pk":{"S":"t"},"sk":{"S":"1"}} {"pk":{"S":"t"},"sk":{"S":"1"}} `,
		`INSERT {"pk":{"S":"t"},"sk":{"S":"3"}} {"pk":{"S":"t"},"sk":{"S":"3"}} `,
	}
	if got := changesOf(t, s, 0); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	first, err := s.Changes(*name, 0, 2)
	if err != nil || len(first) != 2 {
		t.Fatalf("got %v (%v), want the two oldest", first, err)
	}
	if got := changesOf(t, s, first[1].Sequence); fmt.Sprint(got) != fmt.Sprint(want[2:]) {
		t.Errorf("after the second: got %q", got)
	}
}

func TestARecordHoldsTheImagesOfTheStreamsView(t *testing.T) {
	t.Parallel()
	for view, want := range map[types.StreamViewType][2]bool{
		types.StreamViewTypeKeysOnly: {false, false}, types.StreamViewTypeNewImage: {true, false},
		types.StreamViewTypeOldImage: {false, true}, types.StreamViewTypeNewAndOldImages: {true, true},
	} {
		s, c := openStreamed(t, dynamodb.Options{}, view)
		put(t, c, key("a", "1"))
		set(t, c, key("a", "1"), "SET n = :n", values{":n": num(1)})
		changes, err := s.Changes(*name, 1, 10)
		if err != nil || len(changes) != 1 {
			t.Fatalf("%s: got %v (%v)", view, changes, err)
		}
		if got := [2]bool{changes[0].New != nil, changes[0].Old != nil}; got != want || changes[0].Keys == nil {
			t.Errorf("%s: got new, old %v, want %v, and the keys always", view, got, want)
		}
	}
}

func TestATableWithoutAStreamHasNoChanges(t *testing.T) {
	t.Parallel()
	s, err := dynamodb.Open(dynamodb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	web := httptest.NewServer(s)
	defer web.Close()
	createTable(t, client(web.URL, "id", "secret"))
	for _, table := range []string{*name, "missing"} {
		if _, err := s.Changes(table, 0, 1); err == nil {
			t.Errorf("%s: got no error", table)
		}
	}
}

func TestAnExpiredItemsChangeSaysSoAndChangesAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	s, c := openStreamed(t, dynamodb.Options{Now: now}, types.StreamViewTypeNewAndOldImages)
	_, err := c.UpdateTimeToLive(context.Background(), &sdk.UpdateTimeToLiveInput{TableName: name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: ptr("ttl"), Enabled: ptr(true)}})
	if err != nil {
		t.Fatal(err)
	}
	item := key("a", "1")
	item["ttl"] = num(time.Now().Add(-time.Minute).Unix())
	signal := s.Changed()
	put(t, c, item)
	<-signal
	eventually(t, "the removal", func() bool { return len(changesOf(t, s, 0)) == 2 })
	changes, err := s.Changes(*name, 0, 10)
	if err != nil || changes[0].Expired || !changes[1].Expired || changes[1].Name != "REMOVE" {
		t.Errorf("got %+v (%v)", changes, err)
	}
	ahead.Store(int64(23 * time.Hour))
	time.Sleep(3 * time.Second) // longer than a sweep
	if got := changesOf(t, s, 0); len(got) != 2 {
		t.Fatalf("after 23 h: got %q", got)
	}
	ahead.Store(int64(25 * time.Hour))
	eventually(t, "changes older than a day are forgotten", func() bool { return len(changesOf(t, s, 0)) == 0 })
}

func TestChangesSurviveARestartAndAnOldFileIsTakenOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, c := openStreamed(t, dynamodb.Options{Dir: dir}, types.StreamViewTypeNewAndOldImages)
	put(t, c, key("a", "1"))
	reopen := func() (*dynamodb.Server, *sdk.Client) {
		t.Helper()
		s, err := dynamodb.Open(dynamodb.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		web := httptest.NewServer(s)
		t.Cleanup(func() {
			web.Close()
			s.Close()
		})
		return s, client(web.URL, "id", "secret")
	}
	s.Close()
	s, c = reopen()
	put(t, c, key("a", "2"))
	if got := changesOf(t, s, 0); len(got) != 2 {
		t.Errorf("got %q, want the change from before the restart and the one after", got)
	}
	s.Close()
	asVersion1(t, dir)
	s, c = reopen()
	put(t, c, key("a", "3"))
	if got := changesOf(t, s, 0); len(got) != 1 || !strings.Contains(got[0], `"3"`) {
		t.Errorf("got %q, want the one change since the file was taken over", got)
	}
	if len(get(t, c, key("a", "1"))) != 2 {
		t.Error("an item of the old file is gone")
	}
}

// asVersion1 makes of a closed file what a version without change records left.
func asVersion1(t *testing.T, dir string) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, "dynamodb.bolt"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		var gone [][]byte
		err := tx.ForEach(func(bucket []byte, _ *bolt.Bucket) error {
			if strings.HasSuffix(string(bucket), "/changes") {
				gone = append(gone, append([]byte(nil), bucket...))
			}
			return nil
		})
		for _, bucket := range gone {
			if err := tx.DeleteBucket(bucket); err != nil {
				return err
			}
		}
		if err != nil || len(gone) != 1 {
			return fmt.Errorf("%d buckets of changes (%v)", len(gone), err)
		}
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("1"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestChangesOfAnsweredWritesSurviveKill9(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, url := startProcess(t, dir)
	c := client(url, "id", "secret")
	createTable(t, c, func(in *sdk.CreateTableInput) {
		in.StreamSpecification = &types.StreamSpecification{StreamEnabled: ptr(true), StreamViewType: types.StreamViewTypeNewImage}
	})
	for i := range 50 {
		put(t, c, key("a", fmt.Sprint(i)))
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	s, err := dynamodb.Open(dynamodb.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := changesOf(t, s, 0); len(got) != 50 {
		t.Errorf("got %d changes of 50 answered writes", len(got))
	}
}
