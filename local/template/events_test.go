package template_test

import (
	"slices"
	"testing"
	"time"

	"lyceum/local/template"
)

const (
	rule  = on + "        E:\n          Type: EventBridgeRule\n"
	queue = head + "  Q: {Type: AWS::SQS::Queue}\n" + "  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: build/a/b/\n"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	t.Run("a rule", func(t *testing.T) {
		t.Parallel()
		s := load(t, queue+`      EventInvokeConfig:
        MaximumRetryAttempts: 1
        MaximumEventAgeInSeconds: 60
        DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Q.Arn}}
      Events:
        E:
          Type: EventBridgeRule
          Properties:
            EventBusName: !Ref B
            Pattern: {source: [a], detail-type: [b, c], detail: {n: [1, "2", {exists: true}, {prefix: x}]}}
            DeadLetterConfig: {Arn: !GetAtt Q.Arn}
            RetryPolicy: {MaximumRetryAttempts: 5, MaximumEventAgeInSeconds: 3600}
            Target: {Id: Function}
        Default:
          Type: EventBridgeRule
          Properties: {Pattern: {source: [aws.s3], detail-type: [Object Created]}}
  B:
    Type: AWS::Events::EventBus
    Properties: {Name: bus}
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {NotificationConfiguration: {EventBridgeConfiguration: {EventBridgeEnabled: true}}}
  Silent: {Type: AWS::S3::Bucket}
`, options())
		f := s.Functions[0]
		if want := (template.Async{Retries: 1, MaxAge: time.Minute, OnFailure: "stack-Q"}); f.Async != want {
			t.Errorf("got %+v, want %+v", f.Async, want)
		}
		r := f.Rules[0]
		if len(f.Rules) != 2 || r.Name != "FE" || r.Bus != "bus" || !r.DeadLetters || f.Rules[1].Bus != "default" || f.Rules[1].DeadLetters {
			t.Errorf("got %+v", f.Rules)
		}
		if got := r.Pattern.Texts("detail-type"); !slices.Equal(got, []string{"b", "c"}) {
			t.Errorf("got the types %q", got)
		}
		for event, want := range map[string]bool{
			`{"source":"a","detail-type":"c","detail":{"n":1}}`: true, `{"source":"a","detail-type":"c","detail":{}}`: false,
		} {
			if r.Pattern.Match([]byte(event)) != want {
				t.Errorf("%s: got %v", event, !want)
			}
		}
		if !s.Buckets[0].Events || s.Buckets[1].Events {
			t.Errorf("got the buckets %+v", s.Buckets)
		}
	})
	t.Run("the project's pipes publish what their own region recorded", func(t *testing.T) {
		t.Parallel()
		s := loadProject(t, options())
		if len(s.Buses) != 1 || len(s.Queues) != 1 || len(s.Pipes) != 2 || s.Queues[0].Retention != 14*24*time.Hour {
			t.Fatalf("got %+v, %+v, %+v", s.Buses, s.Queues, s.Pipes)
		}
		record := func(name, region string) []byte {
			return []byte(`{"eventName":"` + name + `","dynamodb":{"NewImage":{"event":{"M":{"region":{"S":"` + region + `"}}}}}}`)
		}
		for i, table := range []string{"lyceum-dev-learning", "lyceum-dev-identity"} {
			p := s.Pipes[i]
			if p.Table != table || p.Bus != s.Buses[0].Name || p.Source != "lyceum" || len(p.Statements) != 3 {
				t.Errorf("got %+v", p)
			}
			if f := p.Filters[0]; !f.Match(record("INSERT", "eu-west-1")) || !f.Match(record("MODIFY", "eu-west-1")) ||
				f.Match(record("REMOVE", "eu-west-1")) || f.Match(record("INSERT", "us-east-1")) || f.Match([]byte(`{"eventName":"INSERT"}`)) {
				t.Errorf("%s: the filter lets the wrong records through", p.LogicalID)
			}
		}
	})
}

func TestEventRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"a rule without a pattern", rule + "          Properties: {EventBusName: default} # here\n",
			"event E needs a Pattern"},
		{"a rule's unknown property", rule + "          Properties: {Pattern: {source: [aws.s3], detail-type: [Object Created]}, InputPath: $.detail} # here\n",
			"InputPath of event E is not supported"},
		{"a rule that is off", rule + "          Properties: {Pattern: {source: [aws.s3], detail-type: [Object Created]}, State: DISABLED} # here\n",
			`State of event E must be ENABLED here, not "DISABLED"`},
		{"a rule of another bus", rule + "          Properties: {Pattern: {source: [aws.s3], detail-type: [Object Created]}, EventBusName: elsewhere} # here\n",
			"EventBusName must refer to an AWS::Events::EventBus of the template"},
		{"a rule on the default bus for what it never has", rule + "          Properties: {Pattern: {source: [aws.s3], detail-type: [Object Deleted]}} # here\n",
			"the local default bus has S3's events Object Created alone"},
		{"a comparison of a pattern", rule + "          Properties: {Pattern: {detail: {size: [{numeric: ['>', 5]}]}}} # here\n",
			"detail: size: the comparison [numeric] is not supported"},
		{"a pattern with a value outside a list", rule + "          Properties: {Pattern: {source: a}} # here\n",
			"source: a pattern has lists and objects"},
		{"dead letters into nothing", rule + "          Properties: {Pattern: {source: [aws.s3], detail-type: [Object Created]}, DeadLetterConfig: {Arn: 'arn:aws:sqs:a:1:q'}} # here\n",
			"Arn of DeadLetterConfig must be the Arn of an AWS::SQS::Queue of the template"},
		{"too many tries of an event", fn + "      EventInvokeConfig: {MaximumRetryAttempts: 3} # here\n",
			`MaximumRetryAttempts of EventInvokeConfig must be a whole number from 0 to 2, not "3"`},
		{"a destination of success", fn + "      EventInvokeConfig: {DestinationConfig: {OnSuccess: {Type: SQS}}} # here\n",
			"OnSuccess of DestinationConfig is not supported"},
		{"a destination that is no queue", queue + "      EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SNS, Destination: !GetAtt Q.Arn}}} # here\n",
			`Type of OnFailure must be SQS here, not "SNS"`},

		{"a FIFO queue", head + "  Q:\n    Type: AWS::SQS::Queue\n    Properties: {FifoQueue: true} # here\n",
			"FifoQueue of AWS::SQS::Queue is not supported"},
		{"a queue's policy for others", head + "  Q:\n    Type: AWS::SQS::QueuePolicy\n    Properties: {Queues: [a], PolicyDocument: {Statement: " +
			"[{Effect: Allow, Principal: {Service: sns.amazonaws.com}, Action: 'sqs:SendMessage', Resource: '*'}]}} # here\n", "the local cloud knows no queue policy but one for events"},
		{"a bus with rules of its own", head + "  B:\n    Type: AWS::Events::EventBus\n    Properties: {Name: a, Policy: {}} # here\n",
			"Policy of AWS::Events::EventBus is not supported"},
		{"a role for others", head + "  R:\n    Type: AWS::IAM::Role\n    Properties: {AssumeRolePolicyDocument: {Statement: " +
			"[{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}} # here\n", "the local cloud knows roles for pipes alone"},
		{"a role with managed policies", head + "  R:\n    Type: AWS::IAM::Role\n    Properties: {ManagedPolicyArns: []} # here\n",
			"ManagedPolicyArns of AWS::IAM::Role is not supported"},
		{"a pipe from elsewhere", pipe("Source", "arn:aws:kinesis:a:1:stream/a"), "Source of AWS::Pipes::Pipe must be the StreamArn of an"},
		{"a pipe from a table without a stream", pipe("Source", "!GetAtt Plain.StreamArn"), "the table Plain has no StreamSpecification"},
		{"a pipe that begins with what is new", pipe("SourceParameters", "{DynamoDBStreamParameters: {StartingPosition: LATEST}}"),
			"StartingPosition of DynamoDBStreamParameters must be TRIM_HORIZON here"},
		{"a pipe to elsewhere", pipe("Target", "!GetAtt Q.Arn"), "Target of AWS::Pipes::Pipe must be the Arn of an AWS::Events::EventBus"},
		{"a pipe with an enrichment", pipe("Enrichment", "a"), "Enrichment of AWS::Pipes::Pipe is not supported"},
		{"a pipe's filter that is no JSON", pipe("SourceParameters", "{DynamoDBStreamParameters: {StartingPosition: TRIM_HORIZON}, FilterCriteria: {Filters: [{Pattern: '{'}]}}"),
			"the pattern is no JSON"},
		{"a pipe's template of many paths", pipe("TargetParameters", "{EventBridgeEventBusParameters: {Source: a, DetailType: b}, InputTemplate: '{\"a\": <$.b>}'}"),
			"the local cloud takes an InputTemplate that is one path"},
		{"a pipe's path with a wildcard", pipe("TargetParameters", "{EventBridgeEventBusParameters: {Source: a, DetailType: '$.b[*]'}, InputTemplate: <$.b>}"),
			"DetailType of EventBridgeEventBusParameters is a path of another form"},
	} {
		t.Run(tt.name+" is refused with its line", func(t *testing.T) {
			t.Parallel()
			wantProblem(t, tt.text, tt.want, options())
		})
	}
}

// pipe is a good pipe but for one property.
func pipe(name, value string) string {
	text := head + `  T:
    Type: AWS::DynamoDB::Table
    Properties:
` + keys + `      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Plain:
    Type: AWS::DynamoDB::Table
    Properties:
` + keys + `  Q: {Type: AWS::SQS::Queue}
  B:
    Type: AWS::Events::EventBus
    Properties: {Name: bus}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: pipes.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: "events:PutEvents", Resource: !GetAtt B.Arn}]}}]
  P:
    Type: AWS::Pipes::Pipe
    Properties:
`
	for _, p := range [][2]string{
		{"RoleArn", "!GetAtt R.Arn"}, {"Source", "!GetAtt T.StreamArn"}, {"Target", "!GetAtt B.Arn"},
		{"SourceParameters", `{DynamoDBStreamParameters: {StartingPosition: TRIM_HORIZON}, FilterCriteria: {Filters: [{Pattern: '{"eventName": ["INSERT"]}'}]}}`},
		{"TargetParameters", "{EventBridgeEventBusParameters: {Source: a, DetailType: $.b}, InputTemplate: <$.b.c>}"},
	} {
		if p[0] != name {
			text += "      " + p[0] + ": " + p[1] + "\n"
		}
	}
	return text + "      " + name + ": " + value + " # here\n"
}
