package behaviour

import (
	"net/http/httptest"
	"testing"

	"lyceum/local/dynamodb"
)

// serve returns the URL of the endpoint under test: the flag's, or an embedded engine in memory.
func serve(t *testing.T) string {
	if *endpoint != "" {
		return *endpoint
	}
	return serveEngine(t)
}

func serveEngine(t *testing.T) string {
	t.Helper()
	engine, err := dynamodb.Open(dynamodb.Options{
		Region: "us-east-1", AccountID: "000000000000",
		Secret: func(string) (string, bool) { return "secret", true },
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(engine)
	t.Cleanup(func() {
		server.Close()
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.URL
}
