package template_test

import (
	"reflect"
	"strings"
	"testing"

	"lyceum/local/template"
)

const (
	head = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
	api  = "  Api:\n    Type: AWS::Serverless::HttpApi\n"
	fn   = head + api + "  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: build/a/b/\n"
	on   = fn + "      Events:\n"

	table  = head + "  T:\n    Type: AWS::DynamoDB::Table\n    Properties:\n"
	keys   = "      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]\n      KeySchema: [{AttributeName: pk, KeyType: HASH}]\n"
	gsi    = keys + "      GlobalSecondaryIndexes:\n        - "
	global = head + "  T: # here\n    Type: AWS::DynamoDB::GlobalTable\n    Properties:\n" + keys

	bucket    = head + "  B:\n    Type: AWS::S3::Bucket\n    Properties:\n"
	statement = fn + "      Policies:\n        - Statement:\n            - "
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"a section", head[:38] + "Hooks: {} # here\nResources: {}\n", "the section Hooks is not supported"},
		{"a rule that does not hold", "Transform: AWS::Serverless-2016-10-31\nParameters:\n  A: {Type: String, Default: a}\nRules:\n  R:\n" +
			"    RuleCondition: !Equals [!Ref A, a]\n    Assertions:\n      - Assert: {Fn::Contains: [[b, c], !Ref A]} # here\n" +
			"        AssertDescription: A must be b or c.\nResources: {}\n", "A must be b or c."},
		{"another transform", "Transform: [AWS::Serverless-2016-10-31] # here\nResources: {}\n", "a SAM template is expected"},
		{"globals of another kind", head[:38] + "Globals:\n  Api: {Cors: a} # here\nResources: {}\n", "Globals.Api is not supported"},
		{"what SAM does not take under Globals", head[:38] + "Globals:\n  Function: {Policies: []} # here\nResources: {}\n",
			"SAM takes no Policies under Globals"},
		{"an unknown global property", head[:38] + "Globals:\n  Function:\n    Wings: 2 # here\n" + fn[38:],
			"Wings of AWS::Serverless::Function is not supported"},

		{"a resource type", head + "  Q: {Type: AWS::Kinesis::Stream} # here\n", "resources of the type AWS::Kinesis::Stream are not supported"},
		{"a resource without a type", head + "  Q: {Properties: {}} # here\n", "the resource Q has no Type"},
		{"a resource name with a dash", head + "  a-b: {Type: AWS::S3::Bucket} # here\n",
			"a resource's name is made of letters and digits"},
		{"a resource attribute", head + "  B:\n    Type: AWS::S3::Bucket\n    Connectors: {} # here\n",
			"the resource attribute Connectors is not supported"},
		{"properties from a function", head + "  B:\n    Type: AWS::S3::Bucket\n    Properties: !Ref X # here\n",
			"Properties must be a mapping"},
		{"an unknown condition of a resource", head + "  B: {Type: AWS::S3::Bucket, Condition: C} # here\n", "there is no condition C"},
		{"a dependency on nothing", head + "  B: {Type: AWS::S3::Bucket, DependsOn: [C]} # here\n",
			"DependsOn: the template has no resource C"},
		{"a name that depends on itself", head + "  B: # here\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: !Ref B}\n",
			"the name of B depends on itself"},
		{"a second API", head + api + "  Api2: {Type: AWS::Serverless::HttpApi} # here\n",
			"the local cloud serves one AWS::Serverless::HttpApi; Api is one already"},
		{"two tables of one name", table + "      TableName: same\n" + keys +
			"  U: # here\n    Type: AWS::DynamoDB::Table\n    Properties:\n      TableName: same\n" + keys,
			"the resource on line 3 has the same TableName, same"},

		{"a function's unknown property", fn + "      Layers: [] # here\n", "Layers of AWS::Serverless::Function is not supported"},
		{"a role", fn + "      Role: arn:aws:iam::1:role/a # here\n", "Role of AWS::Serverless::Function is not supported"},
		{"a function without code", head + "  F: # here\n    Type: AWS::Serverless::Function\n",
			"AWS::Serverless::Function has no CodeUri"},
		{"code outside the folder", head + "  F:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: ../b} # here\n",
			`CodeUri must be a folder below the template's, not "../b"`},
		{"another runtime", fn + "      Runtime: nodejs22.x # here\n",
			`Runtime of AWS::Serverless::Function must be provided.al2023 or provided.al2 here, not "nodejs22.x"`},
		{"too little memory", fn + "      MemorySize: 64 # here\n",
			`MemorySize of AWS::Serverless::Function must be a whole number from 128 to 10240, not "64"`},
		{"a timeout that is no number", fn + "      Timeout: 10s # here\n",
			`Timeout of AWS::Serverless::Function must be a whole number from 1 to 900, not "10s"`},
		{"an environment variable that is a list", fn + "      Environment:\n        Variables:\n          AA: [a] # here\n",
			"AA of Variables must be text"},
		{"an environment variable's name", fn + "      Environment:\n        Variables:\n          1A: a # here\n",
			"an environment variable begins with a letter"},
		{"too large an environment", fn + "      Environment:\n        Variables:\n          AA: " + strings.Repeat("a", 4095) + " # here\n",
			"the environment takes 4097 bytes, more than the 4096 of Lambda"},
		{"a function's name", fn + "      FunctionName: a b # here\n", `"a b" cannot be the name of an AWS::Serverless::Function`},

		{"an event type", on + "        E: {Type: Schedule, Properties: {Schedule: rate(1 day)}} # here\n",
			"events of the type Schedule are not supported"},
		{"an event's unknown property",
			on + "        E: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /a, Auth: {}}} # here\n",
			"Auth of event E is not supported"},
		{"an event without properties", on + "        E: {Type: HttpApi} # here\n", "the event E has no Properties"},
		{"an event without an API", on + "        E: {Type: HttpApi, Properties: {Method: GET, Path: /a}} # here\n",
			"event E has no ApiId"},
		{"an event of another API", on + "        E: {Type: HttpApi, Properties: {ApiId: abc, Method: GET, Path: /a}} # here\n",
			"ApiId must refer to"},
		{"payload 1.0", on + "        E: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /a, PayloadFormatVersion: '1.0'}} # here\n",
			`PayloadFormatVersion of event E must be 2.0 here, not "1.0"`},
		{"an unknown method", on + "        E: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: FETCH, Path: /a}} # here\n",
			"FETCH is not a method"},
		{"a path without a slash", on + "        E: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: a}} # here\n",
			"the path a must begin with /"},
		{"half a path parameter", on + "        E: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: '/a{b}'}} # here\n",
			"the path /a{b} has a segment that is neither"},
		{"a greedy parameter that is not last",
			on + "        E: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: '/{a+}/b'}} # here\n",
			"the path /{a+}/b goes on after {a+}"},
		{"a path parameter given twice",
			on + "        E: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: '/{a}/{a}'}} # here\n",
			"the path /{a}/{a} has the parameter a twice"},
		{"a method for $default", on + "        E: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: $default}} # here\n",
			"the route $default takes the method ANY"},
		{"a route that another function has", on + "        E: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: '/a/{id}'}}\n" +
			"  G:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: build/a/c/\n      Events:\n" +
			"        E: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: get, Path: '/a/{name}'}} # here\n",
			"the route GET /a/{name} is taken by the event on line 10"},

		{"a managed policy", fn + "      Policies: AWSLambdaBasicExecutionRole # here\n",
			"AWSLambdaBasicExecutionRole is not a managed policy of the template"},
		{"a managed policy's ARN", fn + "      Policies:\n        - arn:aws:iam::aws:policy/ReadOnlyAccess # here\n",
			"arn:aws:iam::aws:policy/ReadOnlyAccess is not a managed policy of the template"},
		{"an unknown policy template", fn + "      Policies:\n        - SQSPollerPolicy: {QueueName: q} # here\n",
			"the policy SQSPollerPolicy is not supported"},
		{"a policy template without its parameter", fn + "      Policies:\n        - S3ReadPolicy: {} # here\n",
			"S3ReadPolicy has no BucketName"},
		{"NotAction", statement + "{Effect: Allow, NotAction: 's3:*', Resource: '*'} # here\n",
			"NotAction of the statement is not supported"},
		{"a statement without a resource", statement + "{Effect: Allow, Action: 's3:*'} # here\n", "the statement has no Resource"},
		{"another effect", statement + "{Effect: Permit, Action: 's3:*', Resource: '*'} # here\n",
			`Effect must be Allow or Deny, not "Permit"`},
		{"an action without a service", statement + "{Effect: Allow, Action: GetItem, Resource: '*'} # here\n",
			`the action "GetItem" is not <service>:<action>`},
		{"a name for an ARN", statement + "{Effect: Allow, Action: 's3:*', Resource: !Ref Api} # here\n", `the resource "`},
		{"a principal", statement + "{Effect: Allow, Action: 's3:*', Resource: '*', Principal: '*'} # here\n",
			"Principal of the statement is not supported"},
		{"an old policy version", fn + "      Policies: {Version: 2008-10-17, Statement: []} # here\n",
			`Version of the policy must be 2012-10-17 here, not "2008-10-17"`},

		{"an authorizer", head + api + "    Properties:\n      Auth: {DefaultAuthorizer: a} # here\n",
			"Auth of AWS::Serverless::HttpApi is not supported"},
		{"a stage", head + api + "    Properties:\n      StageName: v1 # here\n",
			`StageName of AWS::Serverless::HttpApi must be $default here, not "v1"`},
		{"CORS for everybody in a word", head + api + "    Properties:\n      CorsConfiguration: true # here\n",
			"CorsConfiguration must be a mapping"},
		{"credentials for every origin",
			head + api + "    Properties:\n      CorsConfiguration: {AllowOrigins: ['*'], AllowCredentials: true} # here\n",
			"API Gateway takes no AllowCredentials"},
		{"an origin without a scheme", head + api + "    Properties:\n      CorsConfiguration: {AllowOrigins: [localhost]} # here\n",
			`the origin "localhost" is neither`},
		{"a CORS method", head + api + "    Properties:\n      CorsConfiguration: {AllowMethods: [get]} # here\n",
			`the method "get" is neither`},

		{"a table's unknown property", table + keys + "      LocalSecondaryIndexes: [] # here\n",
			"LocalSecondaryIndexes of AWS::DynamoDB::Table is not supported"},
		{"a table's name", table + keys + "      TableName: a # here\n", `"a" cannot be the name of an AWS::DynamoDB::Table`},
		{"a table without keys", head + "  T: # here\n    Type: AWS::DynamoDB::Table\n", "AWS::DynamoDB::Table has no KeySchema"},
		{"a key without a type", table + "      AttributeDefinitions: [] # here\n      KeySchema: [{AttributeName: pk, KeyType: HASH}]\n",
			"the key pk has no type"},
		{"a type without a key", table + "      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: x, AttributeType: S}] # here\n" +
			"      KeySchema: [{AttributeName: pk, KeyType: HASH}]\n", "AttributeDefinitions has x, which is no key"},
		{"a type given twice", table + "      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: pk, AttributeType: N}] # here\n" +
			"      KeySchema: [{AttributeName: pk, KeyType: HASH}]\n", "AttributeDefinitions has pk twice"},
		{"a type that keys cannot have", table + "      AttributeDefinitions: [{AttributeName: pk, AttributeType: M}] # here\n" +
			"      KeySchema: [{AttributeName: pk, KeyType: HASH}]\n", `AttributeType of AttributeDefinitions must be S or N or B here, not "M"`},
		{"two hash keys", table + "      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]\n" +
			"      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: pk, KeyType: HASH}] # here\n", "a KeySchema is one HASH key"},
		{"an index without a projection", table + gsi + "{IndexName: i, KeySchema: [{AttributeName: pk, KeyType: HASH}]} # here\n",
			"the index i has no Projection"},
		{"INCLUDE of nothing", table + gsi + "{IndexName: i, KeySchema: [{AttributeName: pk, KeyType: HASH}], Projection: {ProjectionType: INCLUDE}} # here\n",
			"the index i must have NonKeyAttributes"},
		{"a stream's view", table + keys + "      StreamSpecification: {StreamViewType: ALL} # here\n",
			"StreamViewType of StreamSpecification must be KEYS_ONLY or"},
		{"a global table without a replica here", global + "      Replicas: [{Region: us-east-1}]\n",
			"the table T has no replica in eu-west-1"},
		{"strong consistency in one region", global + "      Replicas: [{Region: eu-west-1}]\n      MultiRegionConsistency: STRONG\n",
			"the strongly consistent table T needs replicas in exactly three regions of one set (US, EU or AP), not in eu-west-1"},
		{"strong consistency over two sets", global +
			"      Replicas: [{Region: eu-west-1}, {Region: us-east-1}, {Region: us-east-2}]\n      MultiRegionConsistency: STRONG\n",
			"the strongly consistent table T needs replicas in exactly three regions of one set"},
		{"strong consistency and a time to live", global +
			"      Replicas: [{Region: eu-west-1}, {Region: eu-west-2}, {Region: eu-west-3}]\n      MultiRegionConsistency: STRONG\n" +
			"      TimeToLiveSpecification: {AttributeName: t, Enabled: true}\n",
			"the strongly consistent table T can have no time to live"},
		{"two replicas in one region", strings.Replace(global, " # here", "", 1) + "      Replicas:\n        - Region: eu-west-1\n        - Region: eu-west-1 # here\n",
			"the table T has two replicas in eu-west-1"},
		{"a replica's unknown property", strings.Replace(global, " # here", "", 1) +
			"      Replicas:\n        - Region: eu-west-1\n          Speed: fast # here\n",
			"Speed of Replicas is not supported"},

		{"a bucket's unknown property", bucket + "      WebsiteConfiguration: {IndexDocument: a} # here\n",
			"WebsiteConfiguration of AWS::S3::Bucket is not supported"},
		{"a bucket's name", bucket + "      BucketName: Upper # here\n", `"Upper" cannot be the name of an AWS::S3::Bucket`},
		{"a versioning status", bucket + "      VersioningConfiguration: {Status: On} # here\n",
			`Status of VersioningConfiguration must be Suspended or Enabled here, not "On"`},
		{"a bucket policy that allows", head + "  B: {Type: AWS::S3::Bucket}\n  P:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      PolicyDocument:\n        Statement:\n" +
			"          - {Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: !Sub '${B.Arn}/*'} # here\n", "the local cloud knows no bucket policy but"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused with its line", func(t *testing.T) {
			t.Parallel()
			wantProblem(t, tt.text, tt.want, options())
		})
	}
}

func TestFeatures(t *testing.T) {
	t.Parallel()

	t.Run("globals merge: mappings join, lists follow one another, scalars are replaced", func(t *testing.T) {
		t.Parallel()
		s := load(t, head[:38]+"Globals:\n  Function:\n    Timeout: 9\n    MemorySize: 256\n    Environment: {Variables: {AA: global, BB: global}}\n"+
			"  HttpApi:\n    CorsConfiguration: {AllowOrigins: [https://a], MaxAge: 5}\n"+
			fn[38:]+"      Timeout: 4\n      Environment: {Variables: {BB: own, CC: own}}\n", options())
		f := s.Functions[0]
		want := map[string]string{"AA": "global", "BB": "own", "CC": "own"}
		if f.Timeout.Seconds() != 4 || f.MemoryMB != 256 || !reflect.DeepEqual(f.Environment, want) {
			t.Errorf("got %+v", f)
		}
		if cors := s.API.CORS; cors == nil || cors.MaxAge != 5 {
			t.Errorf("got CORS %+v", cors)
		}
		s = load(t, head[:38]+"Globals:\n  HttpApi:\n    CorsConfiguration: {AllowOrigins: [https://a], MaxAge: 5}\n"+
			head[38:]+api+"    Properties: {CorsConfiguration: {AllowOrigins: [https://b], MaxAge: 6}}\n", options())
		if want := (&template.CORS{AllowOrigins: []string{"https://a", "https://b"}, MaxAge: 6}); !reflect.DeepEqual(s.API.CORS, want) {
			t.Errorf("got CORS %+v, want %+v", s.API.CORS, want)
		}
	})

	t.Run("a function has Lambda's defaults", func(t *testing.T) {
		t.Parallel()
		if f := load(t, fn, options()).Functions[0]; f.MemoryMB != 128 || f.Timeout.Seconds() != 3 || len(f.Statements)+len(f.Routes) != 0 {
			t.Errorf("got %+v", f)
		}
	})

	t.Run("one function may have several routes", func(t *testing.T) {
		t.Parallel()
		f := load(t, on+"        A: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: get, Path: /a}}\n"+
			"        B: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: POST, Path: /a}}\n"+
			"        C: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: any, Path: '/a/{rest+}'}}\n", options()).Functions[0]
		want := []template.Route{{Method: "GET", Path: "/a", Line: 10}, {Method: "POST", Path: "/a", Line: 11}, {Method: "ANY", Path: "/a/{rest+}", Line: 12}}
		if !reflect.DeepEqual(f.Routes, want) {
			t.Errorf("got %+v, want %+v", f.Routes, want)
		}
	})

	t.Run("policies are statements, single or in a list, and SAM's templates", func(t *testing.T) {
		t.Parallel()
		const tables = "[arn:aws:dynamodb:eu-west-1:123456789012:table/t arn:aws:dynamodb:eu-west-1:123456789012:table/t/index/*]"
		const buckets = "[arn:aws:s3:::b arn:aws:s3:::b/*]"
		f := load(t, fn+"      Policies:\n        - DynamoDBReadPolicy: {TableName: t}\n        - DynamoDBWritePolicy: {TableName: t}\n"+
			"        - DynamoDBCrudPolicy: {TableName: t}\n        - S3ReadPolicy: {BucketName: b}\n        - S3WritePolicy: {BucketName: b}\n"+
			"        - S3CrudPolicy: {BucketName: b}\n        - Statement: {Sid: a, Effect: Deny, Action: 's3:*', Resource: ['*']}\n"+
			"        - {Version: 2012-10-17, Statement: [{Effect: Allow, Action: ['s3:ListBucket'], Resource: 'arn:aws:s3:::b', Condition: {StringLike: {'s3:prefix': a/*}}}]}\n",
			options()).Functions[0]
		wantStatements(t, f.Statements,
			"Allow [dynamodb:GetItem dynamodb:Scan dynamodb:Query dynamodb:BatchGetItem dynamodb:DescribeTable] "+tables,
			"Allow [dynamodb:PutItem dynamodb:UpdateItem dynamodb:BatchWriteItem] "+tables,
			"Allow [dynamodb:GetItem dynamodb:DeleteItem dynamodb:PutItem dynamodb:Scan dynamodb:Query dynamodb:UpdateItem dynamodb:BatchWriteItem "+
				"dynamodb:BatchGetItem dynamodb:DescribeTable dynamodb:ConditionCheckItem] "+tables,
			"Allow [s3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion s3:GetLifecycleConfiguration] "+buckets,
			"Allow [s3:PutObject s3:PutObjectAcl s3:PutLifecycleConfiguration] "+buckets,
			"Allow [s3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion s3:PutObject s3:PutObjectAcl s3:GetLifecycleConfiguration "+
				"s3:PutLifecycleConfiguration s3:DeleteObject] "+buckets,
			"Deny [s3:*] [*]",
			"Allow [s3:ListBucket] [arn:aws:s3:::b] map[StringLike:map[s3:prefix:[a/*]]]")
		if got := f.Statements[1].Line; got != 11 {
			t.Errorf("got line %d of the second policy, want 11", got)
		}
	})

	t.Run("a bucket's CORS is read, and an index's projection", func(t *testing.T) {
		t.Parallel()
		s := load(t, bucket+"      CorsConfiguration:\n        CorsRules:\n          - {Id: a, AllowedOrigins: [https://a], AllowedMethods: [PUT], AllowedHeaders: ['*'], "+
			"ExposedHeaders: [etag], MaxAge: 60}\n"+table[len(head):]+gsi+
			"{IndexName: i, KeySchema: [{AttributeName: pk, KeyType: HASH}], Projection: {ProjectionType: INCLUDE, NonKeyAttributes: [a, b]}}\n", options())
		wantCORS := []template.BucketCORS{{AllowedOrigins: []string{"https://a"}, AllowedMethods: []string{"PUT"}, AllowedHeaders: []string{"*"},
			ExposedHeaders: []string{"etag"}, MaxAge: 60}}
		if b := s.Buckets[0]; b.Name != "stack-b" || b.Versioned || !reflect.DeepEqual(b.CORS, wantCORS) {
			t.Errorf("got %+v", b)
		}
		wantIndexes := []template.Index{{Name: "i", HashKey: "pk", Projection: "INCLUDE", NonKeyAttributes: []string{"a", "b"}}}
		if table := s.Tables[0]; table.Name != "stack-T" || !reflect.DeepEqual(table.Indexes, wantIndexes) {
			t.Errorf("got %+v", table)
		}
	})
}
