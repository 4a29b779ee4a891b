package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"lyceum/cmd/internal/tool"
	"lyceum/shared/dynamo"
)

type settings struct {
	tool.Target
	environment string
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
	if !s.Local {
		s.DynamoDB = ""
	}
	loaded, err := s.Config(ctx)
	if err != nil {
		return nil, err
	}
	at := func(path string) *string {
		if !s.Local {
			return nil
		}
		return aws.String(s.API + path)
	}
	name := "lyceum-" + s.environment
	return &clients{
		queues:    sqs.NewFromConfig(loaded, func(o *sqs.Options) { o.BaseEndpoint = at("/_local/sqs") }),
		functions: lambda.NewFromConfig(loaded, func(o *lambda.Options) { o.BaseEndpoint = at("/_local/lambda") }),
		buses:     eventbridge.NewFromConfig(loaded, func(o *eventbridge.Options) { o.BaseEndpoint = at("/_local/events") }),
		tables:    []dynamo.Table{s.Table(loaded, name+"-learning"), s.Table(loaded, name+"-identity")},
		region:    loaded.Region, queue: name + "-dead-letters", bus: name,
	}, nil
}
