package httpapi_test

import (
	"context"
	"testing"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// sam local hands on header names as the client wrote them, where API Gateway writes them in lower case.
func TestHeaderNamesHaveNoCase(t *testing.T) {
	t.Parallel()
	h := httpapi.Authenticate(good, httpapi.Command(200, func(_ context.Context, in struct {
		Caller domain.Caller
		Body   exam
	}) (string, error) {
		return in.Body.Name, nil
	}))
	for _, names := range [][2]string{{"content-type", "authorization"}, {"Content-Type", "Authorization"}, {"CONTENT-TYPE", "AUTHORIZATION"}} {
		got := call(t, h, request("POST", `{"name":"é"}`, names[0], "application/json", names[1], "Bearer good.token.x"))
		if got.status != 200 {
			t.Errorf("%s, %s: %d %s, want 200", names[0], names[1], got.status, got.body)
		}
	}
}
