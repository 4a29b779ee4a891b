package dynamodb_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/dynamodb"
)

func secretOf(id string) (string, bool) { return "secret", id == "id" }

func listTables(c *sdk.Client) error {
	_, err := c.ListTables(context.Background(), &sdk.ListTablesInput{})
	return err
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	now := time.Now()
	url := serve(t, dynamodb.Options{Secret: secretOf})
	late := serve(t, dynamodb.Options{Secret: secretOf, Now: func() time.Time { return now.Add(16 * time.Minute) }})
	early := serve(t, dynamodb.Options{Secret: secretOf, Now: func() time.Time { return now.Add(-16 * time.Minute) }})
	elsewhere := serve(t, dynamodb.Options{Secret: secretOf, Region: "eu-west-1"})
	if err := listTables(client(url, "id", "secret")); err != nil {
		t.Errorf("a good signature: %v", err)
	}
	wantCode(t, listTables(client(url, "id", "other")), "InvalidSignatureException")
	wantCode(t, listTables(client(url, "nobody", "secret")), "UnrecognizedClientException")
	wantCode(t, listTables(client(late, "id", "secret")), "InvalidSignatureException")
	wantCode(t, listTables(client(early, "id", "secret")), "InvalidSignatureException")
	wantCode(t, listTables(client(elsewhere, "id", "secret")), "InvalidSignatureException")
}

// post sends a raw request and returns the answer with its error's type without namespace.
func post(t *testing.T, url, target, body string, header map[string]string) (resp *http.Response, kind string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Amz-Target", target)
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err = http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	var answer struct {
		Type string `json:"__type"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	_, kind, _ = strings.Cut(answer.Type, "#")
	return resp, kind
}

const list = "DynamoDB_20120810.ListTables"

func TestBadAuthorizationHeaders(t *testing.T) {
	t.Parallel()
	url := serve(t, dynamodb.Options{Secret: secretOf})
	const credential = "AWS4-HMAC-SHA256 Credential=id/20261124/us-east-1/dynamodb/aws4_request"
	for header, want := range map[string]string{
		"":                                  "MissingAuthenticationTokenException",
		"Basic aWQ6c2VjcmV0":                "MissingAuthenticationTokenException",
		"AWS4-HMAC-SHA256":                  "IncompleteSignatureException",
		credential + ", SignedHeaders=host": "IncompleteSignatureException",
		credential + ", SignedHeaders=host, Signature=ab":                                                     "IncompleteSignatureException", // no date
		"AWS4-HMAC-SHA256 Credential=id/x, SignedHeaders=host, Signature=ab":                                  "IncompleteSignatureException",
		"AWS4-HMAC-SHA256 Credential=/////////, SignedHeaders=;;;, Signature=" + strings.Repeat("f", 100_000): "IncompleteSignatureException",
	} {
		if _, kind := post(t, url, list, "{}", map[string]string{"Authorization": header}); kind != want {
			t.Errorf("%.80q: got %s, want %s", header, kind, want)
		}
	}
}

func TestRawRequests(t *testing.T) {
	t.Parallel()
	url := serve(t, dynamodb.Options{})
	for _, c := range []struct{ target, body, want string }{
		{"", "{}", "UnknownOperationException"},
		{"DynamoDB_20120810.ExecuteStatement", "{}", "UnknownOperationException"},
		{list, "", "SerializationException"},
		{list, "{", "SerializationException"},
		{list, "[]", "SerializationException"},
		{list, `{"Limit":"x"}`, "SerializationException"},
		{list, `{"Limit":1,"Limit":2}`, "SerializationException"},
		{list, "{\"ExclusiveStartTableName\":\"\xff\"}", "SerializationException"},
		{list, `{"Unheard":1}`, "ValidationException"},
		{"DynamoDB_20120810.PutItem", `{"TableName":"lessons","Item":{},"Expected":{}}`, "ValidationException"},
		{"DynamoDB_20120810.PutItem", `{"TableName":"lessons","Item":{"a":` + strings.Repeat(`{"L":[`, 100_000) + `}`, "SerializationException"},
	} {
		if resp, kind := post(t, url, c.target, c.body, nil); kind != c.want || resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s %.60s: got %d %s, want 400 %s", c.target, c.body, resp.StatusCode, kind, c.want)
		}
	}
	if resp, _ := post(t, url, list, strings.Repeat(" ", 16<<20+1), nil); resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of more than 16 MB: got %d", resp.StatusCode)
	}
	resp, kind := post(t, url, list, "{}", nil)
	body, _ := io.ReadAll(resp.Body)
	if sum := fmt.Sprint(crc32.ChecksumIEEE(body)); kind != "" || resp.Header.Get("x-amz-crc32") != sum || len(resp.Header.Get("x-amzn-RequestId")) != 52 {
		t.Errorf("got %s with headers %v", body, resp.Header)
	}
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK || !strings.HasPrefix(string(body), "healthy: ") {
		t.Errorf("GET /: got %d %q", resp.StatusCode, body)
	}
}

func TestAuthorizeIsAskedOncePerActionAndResource(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var asked []string
	refused := ""
	c := open(t, dynamodb.Options{Secret: secretOf, Authorize: func(r dynamodb.Request) error {
		mu.Lock()
		defer mu.Unlock()
		_, resource, _ := strings.Cut(r.Resource, "us-east-1:000000000000:")
		asked = append(asked, fmt.Sprint(r.AccessKeyID, " ", strings.TrimPrefix(r.Action, "dynamodb:"), " ", resource, " ", r.LeadingKeys))
		if r.Action == refused {
			return errors.New("not allowed: " + r.Action)
		}
		return nil
	}})
	ctx := context.Background()
	g := func(k string) types.TransactWriteItem {
		return types.TransactWriteItem{Put: &types.Put{TableName: name, Item: key(k, "1")}}
	}
	transact := func() error {
		_, err := c.TransactWriteItems(ctx, &sdk.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			g("b"), g("a"), g("c"), {Delete: &types.Delete{TableName: name, Key: key("d", "1")}},
			{ConditionCheck: &types.ConditionCheck{TableName: name, Key: key("e", "1"), ConditionExpression: ptr("attribute_not_exists(pk)")}},
		}})
		return err
	}
	for _, call := range []struct {
		what string
		do   func() error
		want []string
	}{
		{"GetItem", func() error { get(t, c, key("a", "b")); return nil }, []string{"id GetItem table/lessons [a]"}},
		{"Query on an index", func() error {
			_, err := c.Query(ctx, &sdk.QueryInput{TableName: name, IndexName: ptr("by-g"), KeyConditionExpression: ptr("g = :g"),
				ExpressionAttributeValues: values{":g": text("x")}})
			return err
		}, []string{"id Query table/lessons/index/by-g [x]"}},
		{"Scan", func() error { _, err := c.Scan(ctx, &sdk.ScanInput{TableName: name}); return err }, []string{"id Scan table/lessons []"}},
		{"BatchGetItem", func() error {
			_, err := c.BatchGetItem(ctx, &sdk.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
				*name: {Keys: []map[string]types.AttributeValue{key("b", "1"), key("a", "1"), key("a", "2")}}}})
			return err
		}, []string{"id BatchGetItem table/lessons [a b]"}},
		{"TransactWriteItems", transact, []string{
			"id ConditionCheckItem table/lessons [e]", "id DeleteItem table/lessons [d]", "id PutItem table/lessons [a b c]"}},
	} {
		asked = nil
		if err := call.do(); err != nil {
			t.Errorf("%s: %v", call.what, err)
		}
		if !slices.Equal(asked, call.want) {
			t.Errorf("%s: got %q, want %q", call.what, asked, call.want)
		}
	}
	refused = "dynamodb:DeleteItem"
	put(t, c, values{"pk": text("d"), "sk": text("1")})
	err := transact()
	wantCode(t, err, "AccessDeniedException")
	if err == nil || !strings.Contains(err.Error(), "not allowed: dynamodb:DeleteItem") || get(t, c, key("d", "1")) == nil {
		t.Errorf("got %v, or the item is gone", err)
	}
}
