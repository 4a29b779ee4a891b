package main

import (
	"cmp"
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"lyceum/shared/dynamo"
	"lyceum/shared/platform"
)

// Where `go run ./local` is unless told otherwise; localKey is both parts of the developer's key there.
const (
	localAPI      = "http://localhost:3000"
	localDynamoDB = "http://localhost:8000"
	localKey      = "local"
)

type settings struct {
	environment, region string
	local               bool
	api, dynamodb       string
}

// clients are one environment in one region.
type clients struct {
	queues    *sqs.Client
	functions *lambda.Client
	buses     *eventbridge.Client
	tables    []dynamo.Table
	region    string
	queue     string // name
	bus       string // name
}

func (s settings) connect(ctx context.Context) (*clients, error) {
	var options []func(*config.LoadOptions) error
	if s.local {
		s.api, s.dynamodb, s.region = cmp.Or(s.api, localAPI), cmp.Or(s.dynamodb, localDynamoDB), cmp.Or(s.region, "us-east-1")
		options = append(options, config.WithCredentialsProvider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: localKey, SecretAccessKey: localKey}, nil
		})))
	}
	if s.region != "" {
		options = append(options, config.WithRegion(s.region))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, err
	}
	if s.local {
		loaded.HTTPClient = platform.HTTPClient(func(*http.Transport) {})
	}
	at := func(base, path string) *string {
		if !s.local {
			return nil
		}
		return aws.String(base + path)
	}
	db := dynamodb.NewFromConfig(loaded, func(o *dynamodb.Options) { o.BaseEndpoint = at(s.dynamodb, "") })
	name := "lyceum-" + s.environment
	return &clients{
		queues:    sqs.NewFromConfig(loaded, func(o *sqs.Options) { o.BaseEndpoint = at(s.api, "/_local/sqs") }),
		functions: lambda.NewFromConfig(loaded, func(o *lambda.Options) { o.BaseEndpoint = at(s.api, "/_local/lambda") }),
		buses:     eventbridge.NewFromConfig(loaded, func(o *eventbridge.Options) { o.BaseEndpoint = at(s.api, "/_local/events") }),
		tables:    []dynamo.Table{{Client: db, Name: name + "-learning"}, {Client: db, Name: name + "-identity"}},
		region:    loaded.Region, queue: name + "-dead-letters", bus: name,
	}, nil
}
