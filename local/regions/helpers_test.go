package regions_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"lyceum/local/dynamodb"
	"lyceum/local/regions"
)

const (
	a, b, c = "ap-northeast-1", "eu-west-1", "us-east-1"
	table   = "learning"
)

var everywhere = []string{a, b, c}

// world is three regions with one table.
type world struct {
	*regions.World
	engines map[string]*dynamodb.Server
	clients map[string]*sdk.Client
}

// open starts a world; dir "" keeps nothing.
func open(t testing.TB, dir string, consistency dynamodb.Consistency, o regions.Options, adjust ...func(*dynamodb.Options)) *world {
	t.Helper()
	o.Regions = everywhere
	w, err := regions.New(o)
	if err != nil {
		t.Fatal(err)
	}
	made := &world{w, map[string]*dynamodb.Server{}, map[string]*sdk.Client{}}
	for _, region := range everywhere {
		options := dynamodb.Options{Region: region, Coordinator: w.Coordinator(region)}
		if dir != "" {
			options.Dir = filepath.Join(dir, region)
		}
		for _, change := range adjust {
			change(&options)
		}
		engine, err := dynamodb.Open(options)
		if err != nil {
			t.Fatal(err)
		}
		web := httptest.NewServer(engine)
		t.Cleanup(func() {
			web.Close()
			engine.Close()
		})
		w.Attach(region, engine)
		made.engines[region] = engine
		made.clients[region] = clientOf(region, web.URL)
		createTable(t, made.clients[region])
	}
	if err := w.Table(table, consistency); err != nil {
		t.Fatal(err)
	}
	if err := w.Run(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return made
}

func createTable(t testing.TB, client *sdk.Client) {
	t.Helper()
	_, err := client.CreateTable(context.Background(), &sdk.CreateTableInput{
		TableName: aws.String(table), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	})
	var exists *types.ResourceInUseException
	if err != nil && !errors.As(err, &exists) {
		t.Fatal(err)
	}
}

type values = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func key(pk string) values { return values{"pk": text(pk)} }

// put writes an item with a value, under a condition if there is one.
func (w *world) put(region, pk, value string, condition ...string) error {
	in := &sdk.PutItemInput{TableName: aws.String(table), Item: values{"pk": text(pk), "v": text(value)}}
	if len(condition) > 0 {
		in.ConditionExpression = &condition[0]
	}
	_, err := w.clients[region].PutItem(context.Background(), in)
	return err
}

func (w *world) mustPut(t testing.TB, region, pk, value string, condition ...string) {
	t.Helper()
	if err := w.put(region, pk, value, condition...); err != nil {
		t.Fatal(err)
	}
}

func (w *world) remove(t testing.TB, region, pk string) {
	t.Helper()
	if _, err := w.clients[region].DeleteItem(context.Background(), &sdk.DeleteItemInput{TableName: aws.String(table), Key: key(pk)}); err != nil {
		t.Fatal(err)
	}
}

// read gives an item's value as a region sees it, "" if it has none.
func (w *world) read(t testing.TB, region, pk string) string {
	t.Helper()
	out, err := w.clients[region].GetItem(context.Background(), &sdk.GetItemInput{TableName: aws.String(table), Key: key(pk)})
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := out.Item["v"].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

func (w *world) strongRead(region, pk string) (string, error) {
	out, err := w.clients[region].GetItem(context.Background(), &sdk.GetItemInput{TableName: aws.String(table), Key: key(pk), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return "", err
	}
	if v, ok := out.Item["v"].(*types.AttributeValueMemberS); ok {
		return v.Value, nil
	}
	return "", nil
}

// all is a region's whole table as text.
func (w *world) all(t testing.TB, region string) map[string]string {
	t.Helper()
	out, err := w.clients[region].Scan(context.Background(), &sdk.ScanInput{TableName: aws.String(table)})
	if err != nil {
		t.Fatal(err)
	}
	items := map[string]string{}
	for _, item := range out.Items {
		var names []string
		for name, v := range item {
			if s, ok := v.(*types.AttributeValueMemberS); ok {
				names = append(names, name+"="+s.Value)
			}
		}
		slices.Sort(names)
		items[item["pk"].(*types.AttributeValueMemberS).Value] = fmt.Sprint(names)
	}
	return items
}

func (w *world) quiet(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := w.Quiet(ctx); err != nil {
		t.Fatal(err)
	}
}

// equal waits until everything has arrived and wants all replicas to be the same.
func (w *world) equal(t testing.TB) map[string]string {
	t.Helper()
	w.quiet(t)
	first := w.all(t, a)
	for _, region := range everywhere[1:] {
		if got := w.all(t, region); !maps.Equal(got, first) {
			t.Errorf("%s has %v\n%s has %v", a, first, region, got)
		}
	}
	return first
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// changes tells a region's stream as "NAME key", with * for what was replicated.
func (w *world) changes(t testing.TB, region string) (told []string) {
	t.Helper()
	changes, err := w.engines[region].Changes(table, 0, 1000)
	check(t, err)
	for _, c := range changes {
		mark := ""
		if c.Replicated {
			mark = "*"
		}
		if c.Expired {
			mark += " expired"
		}
		told = append(told, fmt.Sprint(c.Name, mark, " ", string(c.Keys)))
	}
	return told
}
