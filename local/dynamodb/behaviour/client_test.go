package behaviour

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// client sends raw signed requests, so that a case can say what an SDK would refuse to send.
type client struct {
	endpoint, region string
	key              aws.Credentials
}

func newClient(endpoint string) *client {
	return &client{endpoint: endpoint, region: cmp.Or(os.Getenv("AWS_REGION"), "us-east-1"), key: aws.Credentials{
		AccessKeyID:     cmp.Or(os.Getenv("AWS_ACCESS_KEY_ID"), "behaviour"),
		SecretAccessKey: cmp.Or(os.Getenv("AWS_SECRET_ACCESS_KEY"), "secret"),
		SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
	}}
}

// answer is a decoded response; fault is empty on success.
type answer struct {
	status         int
	fault, message string
	body           map[string]any
}

func (a answer) String() string {
	if a.fault != "" {
		return fmt.Sprintf("%s: %s (status %d)", a.fault, a.message, a.status)
	}
	text, err := json.Marshal(a.body)
	if err != nil {
		return err.Error()
	}
	return shorten(string(text))
}

// shorten keeps failures readable when a case is about large values.
func shorten(s string) string {
	if len(s) > 1500 {
		return s[:1000] + " … " + s[len(s)-300:]
	}
	return s
}

// call sends one request, for example call("GetItem", `{"TableName":…}`).
func (c *client) call(ctx context.Context, operation, body string) (answer, error) {
	request, err := c.request(ctx, operation, body)
	if err != nil {
		return answer{}, err
	}
	return send(request)
}

func (c *client) request(ctx context.Context, operation, body string) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	sum := sha256.Sum256([]byte(body))
	return request, v4.NewSigner().SignHTTP(ctx, c.key, request, hex.EncodeToString(sum[:]), "dynamodb", c.region, time.Now())
}

func send(request *http.Request) (answer, error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: response.StatusCode}
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&a.body); err != nil {
		return answer{}, fmt.Errorf("status %d, body %q: %w", a.status, shorten(string(text)), err)
	}
	if a.status != http.StatusOK {
		a.fault, _ = a.body["__type"].(string)
		a.fault = a.fault[strings.LastIndex(a.fault, "#")+1:]
		for _, name := range []string{"message", "Message"} { // the service uses both, by error
			if text, ok := a.body[name].(string); ok {
				a.message = text
			}
		}
	}
	return a, nil
}

// must sends a request that has to succeed.
func (c *client) must(t *testing.T, operation, body string) answer {
	t.Helper()
	a, err := c.call(context.Background(), operation, body)
	if err != nil || a.fault != "" {
		t.Fatalf("%s %s = %v, %v, want success", operation, shorten(body), a, err)
	}
	return a
}

// createTable makes a table of the given schema, waits until it is active, and deletes it after the test.
func (c *client) createTable(t *testing.T, schema string) string {
	t.Helper()
	name := fmt.Sprintf("behaviour-%x", time.Now().UnixNano())
	c.must(t, "CreateTable", `{"TableName":"`+name+`","BillingMode":"PAY_PER_REQUEST",`+schema+`}`)
	t.Cleanup(func() { c.must(t, "DeleteTable", `{"TableName":"`+name+`"}`) })
	for start := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		table, _ := c.must(t, "DescribeTable", `{"TableName":"`+name+`"}`).body["Table"].(map[string]any)
		if table["TableStatus"] == "ACTIVE" {
			return name
		}
		if time.Since(start) > time.Minute {
			t.Fatalf("table %s is %v after a minute, want ACTIVE", name, table["TableStatus"])
		}
	}
}
