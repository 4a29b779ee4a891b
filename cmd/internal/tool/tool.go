// Package tool is what the commands beside it share: how they end, and the way to the stores, on this machine or in AWS.
package tool

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/local/address"
	"lyceum/shared/dynamo"
	"lyceum/shared/platform"
)

// Main does what the arguments say until an interrupt. An error is told after the command's name, and the command ends with 1.
func Main(name string, run func(ctx context.Context, args []string, out io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, name+":", err)
		os.Exit(1)
	}
}

// localKey is both parts of the developer's access key of `go run ./local`.
const localKey = "local"

// Target says where the stores are. What is empty is AWS's, or with Local what the local
// environment says in its data folder.
type Target struct {
	Local                     bool
	Region, DynamoDB, S3, API string // API with Local alone
	data                      string
}

// Flags adds --local, --data and --region.
func (t *Target) Flags(flags *flag.FlagSet) {
	flags.BoolVar(&t.Local, "local", false, "use the local environment that runs on this machine: its addresses, keys and region")
	flags.StringVar(&t.data, "data", ".data", "with --local: the data folder of that environment")
	flags.StringVar(&t.Region, "region", "", "region of what is meant; empty means the one of the environment")
}

// EndpointFlag adds --endpoint.
func (t *Target) EndpointFlag(flags *flag.FlagSet) {
	flags.StringVar(&t.DynamoDB, "endpoint", "", "URL of DynamoDB; empty means AWS")
}

// S3Flag adds --s3-endpoint.
func (t *Target) S3Flag(flags *flag.FlagSet) {
	flags.StringVar(&t.S3, "s3-endpoint", "", "URL of S3; empty means AWS")
}

// Parse reads the arguments. With --local it finds the addresses that no flag gives, and fails if
// no local environment runs.
func (t *Target) Parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil || !t.Local {
		return err
	}
	running, err := address.Find(t.data, t.Region)
	if err != nil && t.DynamoDB == "" {
		return err
	}
	t.Region, t.DynamoDB = cmp.Or(t.Region, running.Name, "us-east-1"), cmp.Or(t.DynamoDB, running.DynamoDB)
	t.S3, t.API = cmp.Or(t.S3, running.S3, nowhere), cmp.Or(t.API, running.API, nowhere)
	return nil
}

// nowhere refuses connections. It stands for a part whose address is not known, so that AWS is not
// asked instead.
const nowhere = "http://127.0.0.1:1"

// LocalBucket is the name of a bucket, such as content, of `go run ./local`; empty for AWS, where it has the account's number in it.
func (t Target) LocalBucket(name string) string {
	if !t.Local {
		return ""
	}
	return "lyceum-dev-" + name + "-000000000000-" + t.Region
}

// Env is what functions are built from: the settings, variables of template.yaml, before those of the environment, whose AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN AWS is spoken to with.
func (t Target) Env(settings map[string]string, log io.Writer) *platform.Env {
	known := map[string]string{"AWS_REGION": t.Region, "AWS_ENDPOINT_URL_DYNAMODB": t.DynamoDB, "AWS_ENDPOINT_URL_S3": t.S3}
	if t.Local {
		known["AWS_ACCESS_KEY_ID"], known["AWS_SECRET_ACCESS_KEY"] = localKey, localKey
	}
	return platform.NewEnv(func(name string) string {
		switch {
		case name == "AWS_SESSION_TOKEN" && t.Local:
			return ""
		case name == "REGIONS": // this one alone unless told otherwise
			return cmp.Or(settings[name], t.Region, os.Getenv("AWS_REGION"))
		}
		return cmp.Or(settings[name], known[name], os.Getenv(name))
	}, log)
}

// Config is for clients of AWS's, with the region and the credentials that the AWS CLI would use.
func (t Target) Config(ctx context.Context) (aws.Config, error) {
	var options []func(*config.LoadOptions) error
	if t.Local {
		options = append(options, config.WithCredentialsProvider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: localKey, SecretAccessKey: localKey}, nil
		})))
	}
	if t.Region != "" {
		options = append(options, config.WithRegion(t.Region))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if t.DynamoDB != "" {
		loaded.HTTPClient = platform.HTTPClient(func(*http.Transport) {})
	}
	return loaded, err
}

// Table is a table, reached with what Config gave.
func (t Target) Table(loaded aws.Config, name string) dynamo.Table {
	return dynamo.Table{Name: name, Client: dynamodb.NewFromConfig(loaded, func(o *dynamodb.Options) {
		if t.DynamoDB != "" {
			o.BaseEndpoint = &t.DynamoDB
		}
	})}
}
