package platform

import (
	"io"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// HTTPClient is what the AWS clients send with. change may adjust its transport.
//
// It mends one thing: the SDK closes a request's body as soon as the answer's header is there, and a body that is closed answers WriteTo
// with io.EOF (smithy-go v1.28.8, transport/http/internal/io). If DynamoDB answers before the transport has seen the end of the body,
// net/http takes that for a failed write and drops the connection: 5 of 100 calls to a DynamoDB on the same machine failed, more
// opened a new connection. Hidden behind plainBody, the body can only be read, and the end of a closed body is simply its end.
func HTTPClient(change func(*http.Transport)) interface {
	Do(*http.Request) (*http.Response, error)
} {
	return plainClient{awshttp.NewBuildableClient().WithTransportOptions(change)}
}

type plainClient struct{ *awshttp.BuildableClient }

func (c plainClient) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = plainBody{r.Body}
	}
	return c.BuildableClient.Do(r)
}

// plainBody is a body without WriteTo.
type plainBody struct{ io.ReadCloser }
