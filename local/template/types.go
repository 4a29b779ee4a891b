package template

import "regexp"

// resourceType says what a type is and what references to it give. Attributes are spelled as CloudFormation does
// ("AWS resource and property types reference", return values).
type resourceType struct {
	nameProperty string
	names        *regexp.Regexp // nil when nothing here depends on it
	attributes   map[string]string
	ignored      string // the reason, for what exists in AWS only
}

const (
	functionType    = "AWS::Serverless::Function"
	apiType         = "AWS::Serverless::HttpApi"
	tableType       = "AWS::DynamoDB::Table"
	globalTableType = "AWS::DynamoDB::GlobalTable"
	bucketType      = "AWS::S3::Bucket"
	policyType      = "AWS::S3::BucketPolicy"
	busType         = "AWS::Events::EventBus"
	queueType       = "AWS::SQS::Queue"
	queuePolicyType = "AWS::SQS::QueuePolicy"
	pipeType        = "AWS::Pipes::Pipe"
	roleType        = "AWS::IAM::Role"
	managedType     = "AWS::IAM::ManagedPolicy"
	parameterType   = "AWS::SSM::Parameter"
)

var (
	tableNames = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)
	tableARN   = map[string]string{
		"Arn":       "arn:aws:dynamodb:{region}:{account}:table/{name}",
		"StreamArn": "arn:aws:dynamodb:{region}:{account}:table/{name}/stream/local",
	}
)

// managedARN is what Ref of a managed policy gives.
const managedARN = "arn:aws:iam::{account}:policy/{name}"

const onlyDNS = "there is no DNS; the HTTP API has the one address that it listens at"

var resourceTypes = map[string]*resourceType{
	functionType: {
		nameProperty: "FunctionName", names: regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`),
		attributes: map[string]string{"Arn": "arn:aws:lambda:{region}:{account}:function:{name}"},
	},
	apiType: {
		attributes: map[string]string{"ApiId": "{name}", "ApiEndpoint": "https://{name}.execute-api.{region}.amazonaws.com"},
	},
	tableType:       {nameProperty: "TableName", names: tableNames, attributes: tableARN},
	globalTableType: {nameProperty: "TableName", names: tableNames, attributes: tableARN},
	bucketType: {
		nameProperty: "BucketName", names: regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`),
		attributes: map[string]string{
			"Arn":                "arn:aws:s3:::{name}",
			"DomainName":         "{name}.s3.amazonaws.com",
			"RegionalDomainName": "{name}.s3.{region}.amazonaws.com",
		},
	},
	busType: {
		nameProperty: "Name", names: regexp.MustCompile(`^[.a-zA-Z0-9_-]{1,256}$`),
		attributes: map[string]string{"Arn": "arn:aws:events:{region}:{account}:event-bus/{name}", "Name": "{name}"},
	},
	queueType: {
		nameProperty: "QueueName", names: regexp.MustCompile(`^[a-zA-Z0-9_-]{1,80}$`),
		attributes: map[string]string{"Arn": "arn:aws:sqs:{region}:{account}:{name}", "QueueName": "{name}"},
	},
	pipeType: {
		nameProperty: "Name", names: regexp.MustCompile(`^[.a-zA-Z0-9_-]{1,64}$`),
		attributes: map[string]string{"Arn": "arn:aws:pipes:{region}:{account}:pipe/{name}"},
	},
	roleType: {
		nameProperty: "RoleName", names: regexp.MustCompile(`^[a-zA-Z0-9_+=,.@-]{1,64}$`),
		attributes: map[string]string{"Arn": "arn:aws:iam::{account}:role/{name}"}, ignored: "what uses it has its permissions",
	},
	managedType: {
		nameProperty: "ManagedPolicyName", names: regexp.MustCompile(`^[a-zA-Z0-9_+=,.@-]{1,128}$`),
		attributes: map[string]string{"PolicyArn": managedARN}, ignored: "the functions that name it have its statements",
	},
	parameterType: {
		nameProperty: "Name", names: regexp.MustCompile(`^[a-zA-Z0-9_./-]+$`),
		attributes: map[string]string{"Value": "{value}", "Type": "String"}, ignored: "what refers to it has its value",
	},

	queuePolicyType: {ignored: "no rule fails to hand an event over here"},                        // any other is refused
	policyType:      {ignored: "it refuses plain HTTP, which is all that the local cloud speaks"}, // any other is refused
	"AWS::Logs::LogGroup": {
		nameProperty: "LogGroupName", ignored: "log lines go to the terminal",
		attributes: map[string]string{"Arn": "arn:aws:logs:{region}:{account}:log-group:{name}:*"},
	},
	"AWS::Logs::MetricFilter":    {ignored: "there are no metrics"},
	"AWS::CloudWatch::Alarm":     {nameProperty: "AlarmName", ignored: "there are no metrics"},
	"AWS::CloudWatch::Dashboard": {nameProperty: "DashboardName", ignored: "there are no metrics"},
	"AWS::SNS::Topic":            {nameProperty: "TopicName", ignored: "there are no alarms"},
	"AWS::SNS::Subscription":     {ignored: "there are no alarms"},

	"AWS::ApiGatewayV2::DomainName": {
		ignored: onlyDNS, attributes: map[string]string{"RegionalDomainName": "{name}.execute-api.{region}.amazonaws.com", "RegionalHostedZoneId": "{name}"},
	},
	"AWS::ApiGatewayV2::ApiMapping": {ignored: onlyDNS},
	"AWS::Route53::HealthCheck":     {ignored: onlyDNS},
	"AWS::Route53::RecordSet":       {ignored: onlyDNS},
}
