// Package template reads template.yaml, an AWS SAM template, into what the local cloud serves: functions with their
// environment, permissions, routes and rules, the HTTP API's CORS, tables and buckets, and the way of events: pipes, buses and queues.
//
// The package is strict: what would behave differently here than in AWS, and what it does not know at all, is refused with
// the file and the line. Passed over, each by its name, are only settings that no request can notice here: logs, tags,
// encryption at rest, backups, lifecycle rules and the like.
//
// Intrinsic functions, conditions and references mean what the CloudFormation "Template reference" says, Globals and policy
// templates what the SAM specification says (https://docs.aws.amazon.com/serverless-application-model/).
package template

import (
	"time"

	"lyceum/local/pattern"
)

// Options are what CloudFormation knows at deployment.
type Options struct {
	Parameters map[string]string // values that replace the parameters' defaults
	Region     string            // AWS::Region; a global table must have a replica there
	AccountID  string            // AWS::AccountId
	StackName  string            // AWS::StackName

	// Secret answers {{resolve:secretsmanager:<name>:SecretString:<key>}}. It is asked once for each pair.
	Secret func(name, key string) (string, error)
}

// Stack is a template with everything resolved. Its lists stand in the template's order.
type Stack struct {
	Functions []Function
	API       API
	Tables    []Table
	Buckets   []Bucket
	Buses     []Bus
	Queues    []Queue
	Pipes     []Pipe
	Ignored   []Ignored
	Outputs   map[string]string
}

// Function is an AWS::Serverless::Function that runs a binary named bootstrap.
type Function struct {
	LogicalID   string
	Name        string // FunctionName, or <stack>-<LogicalID>
	CodeURI     string // a folder, relative to the template's
	MemoryMB    int    // 128 to 10240
	Timeout     time.Duration
	Environment map[string]string
	Statements  []Statement // all that its role may do
	Routes      []Route
	Rules       []Rule
	Async       Async
	Line        int
}

// Route is one way to a function.
type Route struct {
	Method string // in upper case, or "ANY"
	Path   string // as in the template: "/lessons/{id}", "/files/{path+}", "$default"
	Line   int
}

// Rule is an event of the type EventBridgeRule: the events of a bus that it matches are handed to the function. Its RetryPolicy and
// DeadLetterConfig say what happens when Lambda does not take an event, which does not happen here.
type Rule struct {
	Name        string // the function's logical id and the event's
	Bus         string // a Bus's name, or "default"
	Pattern     pattern.Pattern
	DeadLetters bool // it has a DeadLetterConfig
	Line        int
}

// Async is a function's EventInvokeConfig, with Lambda's defaults where it has none.
type Async struct {
	Retries   int           // after the first failure, 0 to 2
	MaxAge    time.Duration // of an event that is tried, 1 min to 6 h
	OnFailure string        // name of the queue for what failed for good, empty without one
}

// Statement is one statement of an identity-based policy: always Action and Resource, never NotAction or NotResource.
type Statement struct {
	Effect     string // "Allow" or "Deny"
	Actions    []string
	Resources  []string
	Conditions map[string]map[string][]string // operator, key, values
	Line       int
}

// API is the AWS::Serverless::HttpApi; its LogicalID is empty when the template has none.
type API struct {
	LogicalID string
	CORS      *CORS // nil when the API answers no preflight
}

// CORS is a CorsConfiguration of an HTTP API.
type CORS struct {
	AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders []string
	AllowCredentials                                        bool
	MaxAge                                                  int // in seconds
}

// Table is an AWS::DynamoDB::Table, or this region's replica of an AWS::DynamoDB::GlobalTable.
type Table struct {
	LogicalID, Name    string
	Attributes         []Attribute
	HashKey, RangeKey  string // RangeKey may be empty
	Indexes            []Index
	TTLAttribute       string // empty without TTL
	StreamView         string // a StreamViewType, empty without a stream
	DeletionProtection bool
	Strong             bool     // MultiRegionConsistency is STRONG
	Replicas           []string // regions of a global table, this one among them; none of a regional table
	Line               int
}

// Attribute is a key attribute; its Type is "S", "N" or "B".
type Attribute struct{ Name, Type string }

// Index is a global secondary index.
type Index struct {
	Name, HashKey, RangeKey string   // RangeKey may be empty
	Projection              string   // "ALL", "KEYS_ONLY" or "INCLUDE"
	NonKeyAttributes        []string // for INCLUDE only
}

// Bucket is an AWS::S3::Bucket.
type Bucket struct {
	LogicalID, Name string
	Versioned       bool
	Events          bool // it tells the default bus what changes
	CORS            []BucketCORS
	Line            int
}

// BucketCORS is one CORS rule of a bucket.
type BucketCORS struct {
	AllowedOrigins, AllowedMethods, AllowedHeaders, ExposedHeaders []string
	MaxAge                                                         int // in seconds
}

// Bus is an AWS::Events::EventBus.
type Bus struct {
	LogicalID, Name string
	Line            int
}

// Queue is an AWS::SQS::Queue, never a FIFO one.
type Queue struct {
	LogicalID, Name string
	Retention       time.Duration // of a message, 1 min to 14 days
	Visibility      time.Duration // how long a received message is hidden
	Line            int
}

// Pipe is an AWS::Pipes::Pipe from a table's stream to a bus.
type Pipe struct {
	LogicalID, Name, Role            string
	Table, Bus                       string            // names
	StreamARN, BusARN, DeadLetterARN string            // the last may be empty
	Filters                          []pattern.Pattern // a record that fits one of them passes; none lets all pass
	Source, DetailType, Detail       string            // as in the template: texts, or paths in the record ("$.eventName"); Detail is "<path>"
	Statements                       []Statement       // of its role
	Line                             int
}

// Ignored is a resource that exists in AWS only.
type Ignored struct {
	LogicalID, Type, Reason string
	Line                    int
}
