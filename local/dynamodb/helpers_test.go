package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"lyceum/local/dynamodb"
)

var name = aws.String("lessons")

// serve opens an engine and returns its URL. Both end with the test.
func serve(t testing.TB, opts dynamodb.Options) string {
	t.Helper()
	s, err := dynamodb.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return web.URL
}

func client(url, id, secret string) *sdk.Client {
	return sdk.New(sdk.Options{Region: "us-east-1", BaseEndpoint: &url, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, "")})
}

// open serves an engine with the table lessons: pk, sk, and the index by-g on g.
func open(t testing.TB, opts dynamodb.Options) *sdk.Client {
	t.Helper()
	c := client(serve(t, opts), "id", "secret")
	createTable(t, c)
	return c
}

func createTable(t testing.TB, c *sdk.Client, change ...func(*sdk.CreateTableInput)) {
	t.Helper()
	key := func(name string, kind types.KeyType) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: &name, KeyType: kind}
	}
	var defined []types.AttributeDefinition
	for _, a := range []string{"pk", "sk", "g"} {
		defined = append(defined, types.AttributeDefinition{AttributeName: &a, AttributeType: "S"})
	}
	in := &sdk.CreateTableInput{
		TableName: name, BillingMode: types.BillingModePayPerRequest, AttributeDefinitions: defined,
		KeySchema: []types.KeySchemaElement{key("pk", "HASH"), key("sk", "RANGE")},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{IndexName: aws.String("by-g"), KeySchema: []types.KeySchemaElement{key("g", "HASH")},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}}},
	}
	for _, adjust := range change {
		adjust(in)
	}
	if _, err := c.CreateTable(context.Background(), in); err != nil {
		t.Fatal(err)
	}
}

type values = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func num[T int | int64](n T) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: fmt.Sprint(n)}
}

func key(pk, sk string) values { return values{"pk": text(pk), "sk": text(sk)} }

func put(t testing.TB, c *sdk.Client, item values) {
	t.Helper()
	if _, err := c.PutItem(context.Background(), &sdk.PutItemInput{TableName: name, Item: item}); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, c *sdk.Client, k values) values {
	t.Helper()
	out, err := c.GetItem(context.Background(), &sdk.GetItemInput{TableName: name, Key: k, ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// wantCode wants an error of the API with a code.
func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}
