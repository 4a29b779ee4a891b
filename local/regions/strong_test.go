package regions_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"lyceum/local/dynamodb"
	"lyceum/local/regions"
)

// What AWS documents of strongly consistent global tables (MRSC) is in "DynamoDB global tables: how it works", V2globaltables_HowItWorks,
// "Consistency modes", and in Prescriptive Guidance, "Using DynamoDB global tables: overview".

// A strongly consistent read returns the latest version in every region; writes and such reads take a way there and back.
func TestAStrongReadSeesTheLastWriteEverywhere(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Strong, regions.Options{Lag: 30 * time.Millisecond})
	for i := range 3 {
		begin := time.Now()
		w.mustPut(t, everywhere[i], "x", fmt.Sprint(i))
		if took := time.Since(begin); took < 60*time.Millisecond {
			t.Errorf("a write took %v, less than the way to another region and back", took)
		}
		for _, region := range everywhere {
			if got, err := w.strongRead(region, "x"); err != nil || got != fmt.Sprint(i) {
				t.Errorf("%s: got %q (%v), want %d", region, got, err, i)
			}
		}
	}
	w.equal(t)
}

func TestConditionsAreJudgedByTheNewestVersion(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Strong, regions.Options{})
	w.mustPut(t, a, "x", "a", "attribute_not_exists(pk)")
	wantCode(t, w.put(b, "x", "b", "attribute_not_exists(pk)"), "ConditionalCheckFailedException")
	w.mustPut(t, c, "x", "c", "attribute_exists(pk)")
	w.equal(t)
}

// Conflict resolution: a write of an item that is being written in another region fails with ReplicatedWriteConflictException.
func TestOfTwoClaimsAtOnceOneWins(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Strong, regions.Options{Lag: 5 * time.Millisecond})
	conflicts := 0
	for i := range 20 {
		var errs [3]error
		var running sync.WaitGroup
		for n, region := range everywhere {
			running.Go(func() { errs[n] = w.put(region, fmt.Sprint(i), region, "attribute_not_exists(pk)") })
		}
		running.Wait()
		won := 0
		for _, err := range errs {
			var e smithy.APIError
			switch {
			case err == nil:
				won++
			case errors.As(err, &e) && e.ErrorCode() == "ReplicatedWriteConflictException":
				conflicts++
			default:
				wantCode(t, err, "ConditionalCheckFailedException")
			}
		}
		if won != 1 {
			t.Errorf("claim %d: got %d winners", i, won)
		}
	}
	if conflicts == 0 {
		t.Error("no write met another one")
	}
	if items := w.equal(t); len(items) != 20 {
		t.Errorf("got %d items", len(items))
	}
}

func TestWritesOfOneRegionWaitForEachOther(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Strong, regions.Options{Lag: time.Millisecond})
	add := "ADD n :one"
	var running sync.WaitGroup
	for range 10 {
		running.Go(func() {
			_, err := w.clients[a].UpdateItem(context.Background(), &sdk.UpdateItemInput{TableName: aws.String(table), Key: key("x"),
				UpdateExpression: &add, ExpressionAttributeValues: values{":one": &types.AttributeValueMemberN{Value: "1"}}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	out, err := w.clients[a].GetItem(context.Background(), &sdk.GetItemInput{TableName: aws.String(table), Key: key("x")})
	check(t, err)
	if n, _ := out.Item["n"].(*types.AttributeValueMemberN); n == nil || n.Value != "10" {
		t.Errorf("got %v, want 10", out.Item)
	}
}

// Cut off from both others, a region serves eventually consistent reads only; the others go on.
func TestTheMinorityRefusesWhatItCannotKnow(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Strong, regions.Options{})
	w.mustPut(t, a, "x", "1")
	w.quiet(t)
	check(t, w.Isolate(a, true))
	wantCode(t, w.put(a, "x", "2"), "InternalServerError")
	_, err := w.strongRead(a, "x")
	wantCode(t, err, "InternalServerError")
	if got := w.read(t, a, "x"); got != "1" {
		t.Errorf("an eventually consistent read got %q", got)
	}
	w.mustPut(t, b, "x", "3")
	if got, err := w.strongRead(c, "x"); err != nil || got != "3" {
		t.Errorf("the majority: got %q (%v)", got, err)
	}
	if got := w.read(t, a, "x"); got != "1" {
		t.Errorf("the minority's replica: got %q, want what it had", got)
	}
	check(t, w.Isolate(a, false))
	if got, err := w.strongRead(a, "x"); err != nil || got != "3" {
		t.Errorf("after healing: got %q (%v)", got, err)
	}
	w.mustPut(t, a, "x", "4", "attribute_exists(v)")
	if items := w.equal(t); items["x"] != "[pk=x v=4]" {
		t.Errorf("got %v", items)
	}
}

func TestOneReachableRegionIsEnough(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Strong, regions.Options{})
	for _, pair := range [][2]string{{a, b}, {b, c}} { // c and a reach each other, b reaches nobody
		check(t, w.SetLink(pair[0], pair[1], func(l *regions.Link) { l.Cut = true }))
	}
	w.mustPut(t, a, "x", "1")
	w.mustPut(t, c, "x", "2")
	check(t, w.SetLink(b, c, func(l *regions.Link) { l.Cut = false })) // b knows of it from c now
	if got, err := w.strongRead(b, "x"); err != nil || got != "2" {
		t.Errorf("got %q (%v)", got, err)
	}
	w.Heal()
	w.equal(t)
}

func TestNoTransactionsAndNoTimeToLive(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Strong, regions.Options{})
	_, err := w.clients[a].TransactWriteItems(context.Background(), &sdk.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: aws.String(table), Item: key("x")}}}})
	wantCode(t, err, "ValidationException")
	_, err = w.clients[a].TransactGetItems(context.Background(), &sdk.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
		{Get: &types.Get{TableName: aws.String(table), Key: key("x")}}}})
	wantCode(t, err, "ValidationException")
	_, err = w.clients[a].UpdateTimeToLive(context.Background(), &sdk.UpdateTimeToLiveInput{TableName: aws.String(table),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("ttl"), Enabled: aws.Bool(true)}})
	wantCode(t, err, "ValidationException")
}

// Streams: the records and their order are the same in every replica.
func TestAllReplicasHaveOneOrder(t *testing.T) {
	t.Parallel()
	w := open(t, "", dynamodb.Strong, regions.Options{})
	var running sync.WaitGroup
	for _, region := range everywhere {
		running.Go(func() {
			for i := range 20 {
				w.mustPut(t, region, fmt.Sprint(region, i), "1")
			}
		})
	}
	running.Wait()
	w.quiet(t)
	var orders [3][]string
	for n, region := range everywhere {
		changes, err := w.engines[region].Changes(table, 0, 1000)
		check(t, err)
		for _, c := range changes {
			orders[n] = append(orders[n], fmt.Sprint(c.Sequence, c.Name, string(c.Keys), string(c.New)))
		}
	}
	if len(orders[0]) != 60 || !slices.Equal(orders[0], orders[1]) || !slices.Equal(orders[0], orders[2]) {
		t.Errorf("got %d, %d and %d records, want the same 60", len(orders[0]), len(orders[1]), len(orders[2]))
	}
}
