package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/dynamodb"
)

func TestOfManyConditionalWritesOneWins(t *testing.T) {
	t.Parallel()
	c := open(t, dynamodb.Options{})
	var won, lost atomic.Int64
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			_, err := c.PutItem(context.Background(), &sdk.PutItemInput{TableName: name, Item: key("mail", "claim"),
				ConditionExpression: ptr("attribute_not_exists(pk)")})
			var failed *types.ConditionalCheckFailedException
			switch {
			case err == nil:
				won.Add(1)
			case errors.As(err, &failed):
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 || lost.Load() != 49 {
		t.Errorf("got %d winners and %d losers", won.Load(), lost.Load())
	}
}

func TestTransactionsKeepSumsWhileOthersRead(t *testing.T) {
	t.Parallel()
	c := open(t, dynamodb.Options{})
	ctx := context.Background()
	for _, k := range []string{"a", "b"} {
		put(t, c, values{"pk": text(k), "sk": text("0"), "n": num(100)})
	}
	move := func(k, by string) types.TransactWriteItem {
		return types.TransactWriteItem{Update: &types.Update{TableName: name, Key: key(k, "0"), UpdateExpression: ptr("ADD n :n"),
			ExpressionAttributeValues: values{":n": &types.AttributeValueMemberN{Value: by}}}}
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 20 {
				if _, err := c.TransactWriteItems(ctx, &sdk.TransactWriteItemsInput{
					TransactItems: []types.TransactWriteItem{move("a", "-1"), move("b", "1")}}); err != nil {
					t.Error(err)
				}
			}
		})
		group.Go(func() {
			for range 20 {
				out, err := c.TransactGetItems(ctx, &sdk.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
					{Get: &types.Get{TableName: name, Key: key("a", "0")}}, {Get: &types.Get{TableName: name, Key: key("b", "0")}}}})
				if err != nil {
					t.Error(err)
					return
				}
				sum := 0
				for _, r := range out.Responses {
					n := 0
					_, _ = fmt.Sscan(r.Item["n"].(*types.AttributeValueMemberN).Value, &n)
					sum += n
				}
				if sum != 200 {
					t.Errorf("read a sum of %d, want 200", sum)
				}
			}
		})
	}
	group.Wait()
	if n := get(t, c, key("b", "0"))["n"].(*types.AttributeValueMemberN).Value; n != "180" {
		t.Errorf("got %s, want 180", n)
	}
}

func TestExpiredItemsAreDeleted(t *testing.T) {
	t.Parallel()
	c := open(t, dynamodb.Options{})
	ctx := context.Background()
	now := time.Now()
	expiring := func(sk string, ttl types.AttributeValue) {
		put(t, c, values{"pk": text("p"), "sk": text(sk), "g": text("index"), "ttl": ttl})
	}
	expiring("past", num(now.Add(-time.Minute).Unix()))
	expiring("future", num(now.Add(time.Hour).Unix()))
	expiring("older than five years", num(now.AddDate(-5, 0, -1).Unix()))
	expiring("milliseconds", num(now.Add(-time.Minute).UnixMilli()))
	expiring("text", text(fmt.Sprint(now.Add(-time.Minute).Unix())))
	_, err := c.UpdateTimeToLive(ctx, &sdk.UpdateTimeToLiveInput{TableName: name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: ptr("ttl"), Enabled: ptr(true)}})
	if err != nil {
		t.Fatal(err)
	}
	expiring("past, written later", num(now.Add(-time.Second).Unix()))
	expiring("postponed", num(now.Add(-time.Second).Unix()))
	expiring("postponed", num(now.Add(time.Hour).Unix()))
	eventually(t, "both expired items are gone", func() bool {
		return get(t, c, key("p", "past")) == nil && get(t, c, key("p", "past, written later")) == nil
	})
	for _, index := range []*string{nil, ptr("by-g")} {
		out, err := c.Scan(ctx, &sdk.ScanInput{TableName: name, IndexName: index, Select: types.SelectCount})
		if err != nil || out.Count != 5 {
			t.Errorf("got %+v (%v), want 5 items left", out, err)
		}
	}
}

func TestARepeatedTransactionIsNotDoneAgainForTenMinutes(t *testing.T) {
	t.Parallel()
	var clock atomic.Int64
	start := time.Now()
	c := open(t, dynamodb.Options{Now: func() time.Time { return start.Add(time.Duration(clock.Load())) }})
	add := func(n int) error {
		_, err := c.TransactWriteItems(context.Background(), &sdk.TransactWriteItemsInput{ClientRequestToken: ptr("token"),
			TransactItems: []types.TransactWriteItem{{Update: &types.Update{TableName: name, Key: key("a", "0"),
				UpdateExpression: ptr("ADD n :n, m :n"), ExpressionAttributeValues: values{":n": num(n)}}}}})
		return err
	}
	total := func() string { return get(t, c, key("a", "0"))["n"].(*types.AttributeValueMemberN).Value }
	for _, after := range []time.Duration{0, 9 * time.Minute} {
		clock.Store(int64(after))
		if err := add(1); err != nil || total() != "1" {
			t.Errorf("after %v: got %s (%v), want 1", after, total(), err)
		}
	}
	wantCode(t, add(2), "IdempotentParameterMismatchException")
	clock.Store(int64(11 * time.Minute))
	if err := add(1); err != nil || total() != "2" {
		t.Errorf("after 11 minutes: got %s (%v), want 2", total(), err)
	}
}

func TestSegmentsOfAScanHoldEveryItemOnce(t *testing.T) {
	t.Parallel()
	c := open(t, dynamodb.Options{})
	for i := range 60 {
		put(t, c, key(fmt.Sprint("p", i), "1"))
	}
	seen := map[string]int{}
	for s := range int32(7) {
		pages := sdk.NewScanPaginator(c, &sdk.ScanInput{TableName: name, Limit: ptr(int32(4)), Segment: &s, TotalSegments: ptr(int32(7))})
		for pages.HasMorePages() {
			page, err := pages.NextPage(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range page.Items {
				seen[item["pk"].(*types.AttributeValueMemberS).Value]++
			}
		}
	}
	for i := range 60 {
		if n := seen[fmt.Sprint("p", i)]; n != 1 {
			t.Errorf("p%d was met %d times", i, n)
		}
	}
}

func TestABatchOfLargeItemsIsAnsweredInParts(t *testing.T) {
	t.Parallel()
	c := open(t, dynamodb.Options{})
	large := make([]byte, 390<<10)
	var keys []map[string]types.AttributeValue
	for i := range 50 {
		k := key("p", fmt.Sprint(i))
		keys = append(keys, k)
		put(t, c, values{"pk": k["pk"], "sk": k["sk"], "b": &types.AttributeValueMemberB{Value: large}})
	}
	got, rounds := 0, 0
	for left := map[string]types.KeysAndAttributes{*name: {Keys: keys}}; len(left) > 0; rounds++ {
		out, err := c.BatchGetItem(context.Background(), &sdk.BatchGetItemInput{RequestItems: left})
		if err != nil {
			t.Fatal(err)
		}
		got += len(out.Responses[*name])
		left = out.UnprocessedKeys
	}
	if got != 50 || rounds != 2 {
		t.Errorf("got %d items in %d rounds, want 50 in 2", got, rounds)
	}
}
