package bus_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"lyceum/local/bus"
)

// result is what a client sees of one Invoke.
type result struct {
	Status         int32
	Payload, Error string
}

func TestInvokeAnswersAsItsTypeSays(t *testing.T) {
	t.Parallel()
	s := open(t, "", func(call string) error {
		if call == "all broken" {
			return errFailed
		}
		return nil
	})
	client := lambda.New(lambda.Options{
		Region: region, BaseEndpoint: aws.String(s.url + bus.LambdaPath), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "operator", SecretAccessKey: "secret of operator"}, nil
		}),
	})
	for _, tt := range []struct {
		name, n string
		kind    types.InvocationType
		want    result
		calls   int
	}{
		{"no type waits for the answer", "first", "", result{Status: 200, Payload: "null"}, 1},
		{"RequestResponse waits for the answer", "second", types.InvocationTypeRequestResponse, result{Status: 200, Payload: "null"}, 1},
		{"a function's failure is an answer", "broken", types.InvocationTypeRequestResponse, result{200, `{"errorMessage":"failed"}`, "Unhandled"}, 1},
		{"DryRun runs nothing", "third", types.InvocationTypeDryRun, result{Status: 204}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := client.Invoke(t.Context(), &lambda.InvokeInput{
				FunctionName: aws.String("all"), InvocationType: tt.kind, Payload: []byte(`{"detail":{"n":"` + tt.n + `"}}`),
			})
			if err != nil {
				t.Fatal(err)
			}
			got := result{out.StatusCode, strings.TrimSpace(string(out.Payload)), aws.ToString(out.FunctionError)}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if calls := s.count("all " + tt.n); calls != tt.calls {
				t.Errorf("the function ran %d times, want %d", calls, tt.calls)
			}
		})
	}
}
