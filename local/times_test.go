package main_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/shared/platform"
)

// D57: times were kept and answered in two forms, one of them without a zone. RFC 3339 in UTC with milliseconds is the one.
var (
	likeTime = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d[0-9:.,]*(Z|[+-]\d\d:?\d\d)?`)
	oneForm  = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
)

// numbers are the attributes that are Unix times: DynamoDB's TTL in seconds, the limiter's reckoning and unfinished work in milliseconds.
// A lesson's version is no time, but takes its value from one.
var numbers = map[string]bool{
	"expiresAt": true, "tat": true, "failedAt": true, "pendingUntil": true, "leaseUntil": true, "version": true,
}

// checkTimes counts what looks like a time in a text, and fails where its form is not the one.
func checkTimes(t *testing.T, where, text string) (n int) {
	t.Helper()
	for _, found := range likeTime.FindAllString(text, -1) {
		if n++; !oneForm.MatchString(found) {
			t.Errorf("D57: %s has the time %q", where, found)
		}
	}
	return n
}

// checkStoredTimes looks at every item of every table.
func checkStoredTimes(t *testing.T, endpoint string) {
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, HTTPClient: platform.HTTPClient(func(*http.Transport) {}),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
	tables, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	if err != nil || len(tables.TableNames) != 4 {
		t.Fatalf("tables %+v, %v", tables, err)
	}
	for _, table := range tables.TableNames {
		found := map[string]int{}
		pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &table})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, raw := range page.Items {
				var item map[string]any
				if err := attributevalue.UnmarshalMap(raw, &item); err != nil {
					t.Fatal(err)
				}
				kind, _, _ := strings.Cut(fmt.Sprint(item["sk"]), "#")
				walk(t, fmt.Sprint(table, " ", kind), "", item, found)
			}
		}
		t.Logf("%s: times by attribute %v", table, found)
		if len(found) == 0 {
			t.Errorf("%s holds no time to look at", table)
		}
	}
}

// walk goes through a value and counts its times by the name of their attribute.
func walk(t *testing.T, where, name string, value any, found map[string]int) {
	t.Helper()
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			walk(t, where+"."+name, name, inner, found)
		}
	case []any:
		for _, inner := range v {
			walk(t, where, name, inner, found)
		}
	case []byte:
		walk(t, where, name, string(v), found)
	case string:
		if n := checkTimes(t, where, v); n > 0 {
			found[name] += n
		}
	case float64:
		const from, to = 1.5e9, 2.5e9 // seconds since 1970, of the years 2017 to 2049
		isTime := v > from && v < to || v > from*1e3 && v < to*1e3 || v > from*1e9 && v < to*1e9
		if isTime && !numbers[name] {
			t.Errorf("D57: %s is the number %.0f, which looks like a time", where, v)
		}
		if isTime {
			found[name]++
		}
	}
}
