package platform

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/shared/dynamo"
)

// attemptTimeout bounds the wait for the first byte of one attempt, maxBackoff the pause between two: three attempts take 7 s at most and
// fit into every function's timeout.
const (
	attemptTimeout = 2 * time.Second
	maxBackoff     = 500 * time.Millisecond
)

// config is built by hand: Lambda gives region and credentials by environment and they hold for the life of the process, so the
// SDK's search through files and metadata services would only cost time and 2 MB.
func (e *Env) config() aws.Config {
	if e.awsv2 != nil {
		return *e.awsv2
	}
	credentials := aws.Credentials{
		AccessKeyID: e.Var("AWS_ACCESS_KEY_ID"), SecretAccessKey: e.Var("AWS_SECRET_ACCESS_KEY"), SessionToken: e.Lookup("AWS_SESSION_TOKEN"),
	}
	// The stand of `sam local` knows its functions by keys of their own; in AWS the variable is empty.
	if id, secret, ok := strings.Cut(e.Lookup("LOCAL_CREDENTIALS"), ":"); ok {
		credentials = aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}
	}
	e.awsv2 = &aws.Config{
		Region:      e.Region(),
		APIOptions:  e.APIOptions,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return credentials, nil }),
		HTTPClient: HTTPClient(func(t *http.Transport) {
			t.ResponseHeaderTimeout = attemptTimeout
			t.MaxIdleConnsPerHost = 4
		}),
		Retryer: func() aws.Retryer {
			// Two regions wrote one item of a strongly consistent global table at once; the SDK does not retry it by itself.
			return retry.AddWithErrorCodes(retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = maxBackoff }), "ReplicatedWriteConflictException")
		},
	}
	return *e.awsv2
}

// endpoint is the address from the environment, for local stands; nil means AWS.
func (e *Env) endpoint(name string) *string {
	if url := e.Lookup(name); url != "" {
		return &url
	}
	return nil
}

// Table is the DynamoDB table whose name the variable holds. All tables share one client and its connections.
func (e *Env) Table(variable string) dynamo.Table {
	if e.dynamodb == nil {
		endpoint := e.endpoint("AWS_ENDPOINT_URL_DYNAMODB")
		e.dynamodb = dynamodb.NewFromConfig(e.config(), func(o *dynamodb.Options) { o.BaseEndpoint = endpoint })
		e.warm = "https://dynamodb." + e.Region() + ".amazonaws.com"
		if endpoint != nil {
			e.warm = *endpoint
		}
	}
	return dynamo.Table{Client: e.dynamodb, Name: e.Var(variable)}
}

// connect opens the connection to DynamoDB that the first request will need. During init Lambda gives a whole CPU, so the TLS handshake
// costs 80 ms less there than within a request at 128 MB. A failure is no matter: the request will try by itself.
func (e *Env) connect() {
	if e.warm == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.warm, nil)
	if err != nil {
		return
	}
	if res, err := e.config().HTTPClient.Do(req); err == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<10)) // read to the end, so that the connection is kept
		res.Body.Close()
	}
}
