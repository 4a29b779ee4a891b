package stack_test

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/localtest"
)

func describe(t testing.TB, stand *localtest.Stand, name string) *types.TableDescription {
	t.Helper()
	found, err := stand.Client().DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return found.Table
}

func ttl(t testing.TB, stand *localtest.Stand, name string) string {
	t.Helper()
	found, err := stand.Client().DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	if found.TimeToLiveDescription.TimeToLiveStatus != types.TimeToLiveStatusEnabled {
		return ""
	}
	return aws.ToString(found.TimeToLiveDescription.AttributeName)
}

func drop(t testing.TB, stand *localtest.Stand, name string) {
	t.Helper()
	if _, err := stand.Client().DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
		t.Fatal(err)
	}
}

func TestEnsureTables(t *testing.T) {
	t.Parallel()
	t.Run("makes what the template says", func(t *testing.T) {
		t.Parallel()
		stand := localtest.New(t)
		for _, want := range stand.Stack.Tables {
			got := describe(t, stand, want.Name)
			if len(got.AttributeDefinitions) != len(want.Attributes) || len(got.GlobalSecondaryIndexes) != len(want.Indexes) {
				t.Errorf("%s has %d attributes and %d indexes, want %d and %d", want.Name, len(got.AttributeDefinitions),
					len(got.GlobalSecondaryIndexes), len(want.Attributes), len(want.Indexes))
			}
			if attribute := ttl(t, stand, want.Name); attribute != want.TTLAttribute {
				t.Errorf("%s expires by %q, want %q", want.Name, attribute, want.TTLAttribute)
			}
		}
		if got := len(stand.Stack.Tables); got != 4 {
			t.Errorf("the template has %d tables, want 4", got)
		}
	})
	t.Run("leaves what is there as it is", func(t *testing.T) {
		t.Parallel()
		stand := localtest.New(t)
		name := stand.Variable("EPHEMERAL_TABLE")
		_, err := stand.Client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "a"}, "sk": &types.AttributeValueMemberS{Value: "b"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		before := describe(t, stand, name)
		for range 2 {
			if err := stand.Stack.EnsureTables(t.Context(), stand.Client()); err != nil {
				t.Fatal(err)
			}
		}
		if after := describe(t, stand, name); !reflect.DeepEqual(after, before) || ttl(t, stand, name) != "expiresAt" {
			t.Errorf("the table is now %+v, want %+v", after, before)
		}
		found, err := stand.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
		if err != nil || found.Count != 1 {
			t.Errorf("%v, %v; want the one item that was there", found, err)
		}
	})
	t.Run("enables the expiry when an earlier start died before it did", func(t *testing.T) {
		t.Parallel()
		stand := localtest.New(t)
		name := stand.Variable("LEARNING_TABLE")
		drop(t, stand, name)
		ctx, die := context.WithCancel(t.Context())
		stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if action == "UpdateTimeToLive" {
				die()
				panic(http.ErrAbortHandler) // closes the connection without an answer
			}
			next.ServeHTTP(w, r)
		})
		if err := stand.Stack.EnsureTables(ctx, stand.Client()); err == nil || !strings.Contains(err.Error(), name) {
			t.Fatalf("got %v, want an error that names the table", err)
		}
		stand.Intercept(nil)
		if got := ttl(t, stand, name); got != "" {
			t.Fatalf("the table expires by %q already", got)
		}
		if err := stand.Stack.EnsureTables(t.Context(), stand.Client()); err != nil {
			t.Fatal(err)
		}
		if got := ttl(t, stand, name); got != "expiresAt" {
			t.Errorf("the table expires by %q, want expiresAt", got)
		}
	})
	key := func(names ...string) (schema []types.KeySchemaElement) {
		for i, name := range names {
			schema = append(schema, types.KeySchemaElement{AttributeName: &name, KeyType: []types.KeyType{types.KeyTypeHash, types.KeyTypeRange}[i]})
		}
		return schema
	}
	index := func(name string, names ...string) types.GlobalSecondaryIndex {
		return types.GlobalSecondaryIndex{IndexName: &name, KeySchema: key(names...), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}}
	}
	for name, c := range map[string]struct {
		keys    []types.KeySchemaElement
		indexes []types.GlobalSecondaryIndex
	}{
		"another partition key":  {key("id", "sk"), []types.GlobalSecondaryIndex{index("catalogue", "cataloguePk", "catalogueSk")}},
		"no sort key":            {key("pk"), []types.GlobalSecondaryIndex{index("catalogue", "cataloguePk", "catalogueSk")}},
		"no index":               {key("pk", "sk"), nil},
		"another index":          {key("pk", "sk"), []types.GlobalSecondaryIndex{index("other", "cataloguePk", "catalogueSk")}},
		"an index of other keys": {key("pk", "sk"), []types.GlobalSecondaryIndex{index("catalogue", "catalogueSk", "cataloguePk")}},
		"one more index": {key("pk", "sk"), []types.GlobalSecondaryIndex{
			index("catalogue", "cataloguePk", "catalogueSk"), index("other", "sk", "pk"),
		}},
	} {
		t.Run("refuses a table with "+name+" and tells what to do", func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			table := stand.Variable("LEARNING_TABLE")
			drop(t, stand, table)
			in := &dynamodb.CreateTableInput{TableName: &table, BillingMode: types.BillingModePayPerRequest, KeySchema: c.keys, GlobalSecondaryIndexes: c.indexes}
			defined := map[string]bool{}
			define := func(schema []types.KeySchemaElement) {
				for _, k := range schema {
					if !defined[*k.AttributeName] {
						defined[*k.AttributeName] = true
						in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
							AttributeName: k.AttributeName, AttributeType: types.ScalarAttributeTypeS,
						})
					}
				}
			}
			define(c.keys)
			for _, i := range c.indexes {
				define(i.KeySchema)
			}
			if _, err := stand.Client().CreateTable(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			err := stand.Stack.EnsureTables(t.Context(), stand.Client())
			if err == nil || !strings.Contains(err.Error(), table) || !strings.Contains(err.Error(), "--data") {
				t.Errorf("got %v, want an error that names the table and the way out", err)
			}
		})
	}
	t.Run("ends when DynamoDB does not answer", func(t *testing.T) {
		t.Parallel()
		stand := localtest.New(t)
		stand.Intercept(func(_ string, w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.WriteHeader(http.StatusNotImplemented)
		})
		if err := stand.Stack.EnsureTables(t.Context(), stand.Client()); err == nil {
			t.Error("got no error")
		}
	})
}
