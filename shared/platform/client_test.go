package platform_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/platform"
)

// The SDK's own client lost about one connection in twenty calls to a server that answers at once, and some answers with it.
func TestOneConnectionServesManyCalls(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	answer := `{"Item":{"pk":{"S":"` + strings.Repeat("x", 9000) + `"}}}`
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, answer)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	variables := map[string]string{
		"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1", "TABLE": "t", "AWS_ENDPOINT_URL_DYNAMODB": server.URL,
	}
	table := platform.NewEnv(func(name string) string { return variables[name] }, io.Discard).Table("TABLE")
	for range 1000 {
		_, err := table.Client.GetItem(t.Context(), &dynamodb.GetItemInput{
			TableName: aws.String("t"), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "x"}},
		}, func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 })
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n > 2 {
		t.Errorf("1000 calls took %d connections, want one", n)
	}
}
