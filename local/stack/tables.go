package stack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/local/template"
	"lyceum/shared/platform"
)

// DynamoDB is a client with the developer's rights.
func (s *Stack) DynamoDB(endpoint string) *dynamodb.Client {
	return dynamodb.NewFromConfig(s.config(), func(o *dynamodb.Options) { o.BaseEndpoint = &endpoint })
}

// S3 is a client with the developer's rights.
func (s *Stack) S3(endpoint string) *s3.Client {
	return s3.NewFromConfig(s.config(), func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = &endpoint, true })
}

func (s *Stack) config() aws.Config {
	return aws.Config{Region: s.Region, HTTPClient: platform.HTTPClient(func(*http.Transport) {}), Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: s.developer, SecretAccessKey: Developer}, nil
	})}
}

// EnsureTables makes the template's tables that are not there, at a DynamoDB whose tables are there at once. A table that is there and differs from the template in its
// keys or indexes is an error: locally, nothing migrates data.
func (s *Stack) EnsureTables(ctx context.Context, client *dynamodb.Client) error {
	for _, t := range s.Tables {
		if err := ensureTable(ctx, client, t); err != nil {
			return fmt.Errorf("table %s (template line %d): %w", t.Name, t.Line, err)
		}
	}
	return nil
}

func ensureTable(ctx context.Context, client *dynamodb.Client, t template.Table) error {
	wanted := createTable(t)
	found, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.Name})
	var missing *types.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		_, err = client.CreateTable(ctx, wanted)
	case err == nil && !same(wanted, found.Table):
		err = errors.New("exists with other keys or indexes: use another --data folder, or remove this one")
	}
	if err != nil || t.TTLAttribute == "" {
		return err
	}
	ttl, err := client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &t.Name})
	if err != nil || ttl.TimeToLiveDescription.TimeToLiveStatus == types.TimeToLiveStatusEnabled {
		return err
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{TableName: &t.Name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &t.TTLAttribute, Enabled: aws.Bool(true)}})
	return err
}

func createTable(t template.Table) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{TableName: &t.Name, BillingMode: types.BillingModePayPerRequest, KeySchema: keySchema(t.HashKey, t.RangeKey)}
	for _, a := range t.Attributes {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: &a.Name, AttributeType: types.ScalarAttributeType(a.Type),
		})
	}
	for _, i := range t.Indexes {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: &i.Name, KeySchema: keySchema(i.HashKey, i.RangeKey),
			Projection: &types.Projection{ProjectionType: types.ProjectionType(i.Projection), NonKeyAttributes: i.NonKeyAttributes},
		})
	}
	if t.StreamView != "" {
		in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewType(t.StreamView)}
	}
	return in
}

func keySchema(hash, rangeKey string) []types.KeySchemaElement {
	keys := []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}}
	if rangeKey != "" {
		keys = append(keys, types.KeySchemaElement{AttributeName: &rangeKey, KeyType: types.KeyTypeRange})
	}
	return keys
}

// same compares keys and indexes, which nothing here can change afterwards.
func same(want *dynamodb.CreateTableInput, got *types.TableDescription) bool {
	have := map[string]string{"": shape(got.KeySchema, got.AttributeDefinitions, nil)}
	for _, i := range got.GlobalSecondaryIndexes {
		have[*i.IndexName] = shape(i.KeySchema, got.AttributeDefinitions, i.Projection)
	}
	need := map[string]string{"": shape(want.KeySchema, want.AttributeDefinitions, nil)}
	for _, i := range want.GlobalSecondaryIndexes {
		need[*i.IndexName] = shape(i.KeySchema, want.AttributeDefinitions, i.Projection)
	}
	return maps.Equal(have, need)
}

// shape spells keys with their types, and what an index projects.
func shape(keys []types.KeySchemaElement, definitions []types.AttributeDefinition, projection *types.Projection) string {
	var b strings.Builder
	for _, k := range keys {
		for _, d := range definitions {
			if *d.AttributeName == *k.AttributeName {
				fmt.Fprintf(&b, "%s %s, ", *k.AttributeName, d.AttributeType)
			}
		}
	}
	if projection != nil {
		fmt.Fprintf(&b, "%s %q", projection.ProjectionType, slices.Sorted(slices.Values(projection.NonKeyAttributes)))
	}
	return b.String()
}
