// Command bench-dynamodb compares two DynamoDB endpoints through the AWS SDK: operations per second of GetItem, PutItem, Query of 20 items
// and TransactWriteItems of 3, in turns within one run, so that a noisy machine is noisy for both. It prints medians and their ratio.
//
//	go run ./scripts/bench-dynamodb http://127.0.0.1:8000 http://127.0.0.1:8010
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/platform"
)

const (
	rounds   = 15
	perRound = 300 // operations of each kind, one after the other
)

type bench struct {
	client *dynamodb.Client
	table  string
	n      int
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: bench-dynamodb URL URL")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "bench-dynamodb:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, urls ...string) error {
	var sides []*bench
	for _, url := range urls {
		b, err := open(ctx, url)
		if err != nil {
			return fmt.Errorf("%s: %w", url, err)
		}
		defer b.client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &b.table})
		sides = append(sides, b)
	}
	fmt.Printf("operations per second, median of %d rounds of %d\n%-24s %12s %12s %8s\n", rounds, perRound, "", urls[0], urls[1], "ratio")
	for _, kind := range []struct {
		name string
		do   func(*bench, context.Context) error
	}{{"GetItem", (*bench).get}, {"PutItem", (*bench).put}, {"Query of 20", (*bench).query}, {"TransactWriteItems of 3", (*bench).transact}} {
		rates := [2][]float64{}
		for round := range rounds + 1 {
			for i, b := range sides {
				begin := time.Now()
				for range perRound {
					if err := kind.do(b, ctx); err != nil {
						return fmt.Errorf("%s: %w", kind.name, err)
					}
				}
				if round > 0 { // the first warms up
					rates[i] = append(rates[i], perRound/time.Since(begin).Seconds())
				}
			}
		}
		a, b := median(rates[0]), median(rates[1])
		fmt.Printf("%-24s %12.0f %12.0f %7.2fx\n", kind.name, a, b, a/b)
	}
	return nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

func open(ctx context.Context, url string) (*bench, error) {
	b := &bench{table: "bench-" + strconv.FormatInt(time.Now().UnixNano(), 36), client: dynamodb.NewFromConfig(aws.Config{
		Region: "us-east-1", BaseEndpoint: &url, HTTPClient: platform.HTTPClient(func(*http.Transport) {}), Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})}
	_, err := b.client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: &b.table, BillingMode: types.BillingModePayPerRequest,
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages}, // as a global table has
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}, {AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}, {AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange},
		},
	})
	if err != nil {
		return nil, err
	}
	for i := range 20 {
		if _, err := b.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &b.table, Item: b.item("page", fmt.Sprintf("%03d", i))}); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// item is about 400 bytes, as a user or a lesson's metadata.
func (b *bench) item(pk, sk string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"pk": str(pk), "sk": str(sk), "title": str(strings.Repeat("A lesson on keys. ", 10)), "version": &types.AttributeValueMemberN{Value: "7"},
		"createdAt": str("2026-01-05T09:00:00.000Z"), "tags": &types.AttributeValueMemberL{Value: []types.AttributeValue{str("one"), str("two")}},
	}
}

func (b *bench) get(ctx context.Context) error {
	_, err := b.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &b.table, ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{"pk": str("page"), "sk": str("007")}})
	return err
}

func (b *bench) put(ctx context.Context) error {
	b.n++
	_, err := b.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &b.table, Item: b.item("put", strconv.Itoa(b.n%1000))})
	return err
}

func (b *bench) query(ctx context.Context) error {
	_, err := b.client.Query(ctx, &dynamodb.QueryInput{TableName: &b.table, KeyConditionExpression: aws.String("pk = :pk"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": str("page")}})
	return err
}

func (b *bench) transact(ctx context.Context) error {
	b.n++
	var items []types.TransactWriteItem
	for i := range 3 {
		items = append(items, types.TransactWriteItem{Put: &types.Put{TableName: &b.table, Item: b.item("transact"+strconv.Itoa(i), strconv.Itoa(b.n%1000))}})
	}
	_, err := b.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items})
	return err
}
