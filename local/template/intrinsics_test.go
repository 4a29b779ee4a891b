package template_test

import (
	"strings"
	"testing"

	"lyceum/local/template"
)

// values is a template whose output Is shows what an expression gives.
const values = `Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Size: {Type: Number, Default: 5}
  Regions: {Type: CommaDelimitedList, Default: "a, b,c"}
  Nothing: {Type: CommaDelimitedList, Default: ""}
Mappings:
  Sizes:
    dev: {small: 1, list: [x, y]}
    prod: {small: 2, list: [z]}
Conditions:
  Dev: !Equals [!Ref Stage, dev]
  Prod: !Not [Condition: Dev]
  Both: !And [!Condition Dev, !Condition Prod]
  Either: !Or [!Condition Prod, {"Fn::Equals": [!Ref Size, "5"]}]
  Long: {"Fn::And": [{"Fn::Not": [{Condition: Prod}]}, {"Fn::Or": [{Condition: Both}, {Condition: Dev}]}]}
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  Lambda: {Type: AWS::Serverless::Function, Properties: {CodeUri: build/a/b/}}
  Named: {Type: AWS::Serverless::Function, Properties: {CodeUri: build/a/c/, FunctionName: !Sub "${Stage}-fn"}}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "${Stage}-table"
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
  Bucket: {Type: AWS::S3::Bucket}
  OnlyProd: {Type: AWS::S3::Bucket, Condition: Prod, Properties: {BucketName: only-prod}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /a/b}}
Outputs:
  Hidden: {Condition: Prod, Value: !Ref OnlyProd}
  Is: {Value: `

func TestIntrinsics(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, expression, want string }{
		{"Ref of a parameter", `!Ref Stage`, "dev"},
		{"Ref in its long form", `{Ref: Size}`, "5"},
		{"Ref of a function is its generated name", `!Ref Lambda`, "stack-Lambda"},
		{"Ref of a named function is that name", `!Ref Named`, "dev-fn"},
		{"Ref of a table is its name", `!Ref Table`, "dev-table"},
		{"Ref of a bucket without a name is in lower case", `!Ref Bucket`, "stack-bucket"},
		{"Ref of a log group is its name", `!Ref Logs`, "/a/b"},
		{"pseudo parameters", `!Join [" ", [!Ref AWS::Region, !Ref AWS::AccountId, !Ref AWS::StackName, !Ref AWS::Partition, !Ref AWS::URLSuffix]]`,
			"eu-west-1 123456789012 stack aws amazonaws.com"},
		{"GetAtt of a table", `!GetAtt Table.Arn`, "arn:aws:dynamodb:eu-west-1:123456789012:table/dev-table"},
		{"GetAtt of a bucket", `!GetAtt [Bucket, Arn]`, "arn:aws:s3:::stack-bucket"},
		{"GetAtt of a bucket's host", `!GetAtt Bucket.RegionalDomainName`, "stack-bucket.s3.eu-west-1.amazonaws.com"},
		{"GetAtt of a function", `{"Fn::GetAtt": [Lambda, Arn]}`, "arn:aws:lambda:eu-west-1:123456789012:function:stack-Lambda"},
		{"GetAtt in its long form as text", `{"Fn::GetAtt": Logs.Arn}`, "arn:aws:logs:eu-west-1:123456789012:log-group:/a/b:*"},
		{"Sub of names, attributes and pseudo parameters", `!Sub "${Stage}/${Table.Arn}/${AWS::Region}/$x/$"`,
			"dev/arn:aws:dynamodb:eu-west-1:123456789012:table/dev-table/eu-west-1/$x/$"},
		{"Sub of a literal", `!Sub "${!Stage}${Stage}"`, "${Stage}dev"},
		{"Sub with variables, which go before names", `!Sub ["${Stage}${a.b}", {Stage: !Ref Size, a.b: x}]`, "5x"},
		{"Sub does not look into what it put in", `!Sub ["${a}", {a: "${b}"}]`, "${b}"},
		{"Sub in its long form", `{"Fn::Sub": "-${Size}-"}`, "-5-"},
		{"Join of a list parameter, its items trimmed", `!Join ["|", !Ref Regions]`, "a|b|c"},
		{"an empty list parameter has no items", `!Join ["", ["<", !Join [",", !Ref Nothing], ">"]]`, "<>"},
		{"Join leaves out AWS::NoValue", `!Join ["|", [a, !Ref AWS::NoValue, b]]`, "a|b"},
		{"Join in its long form", `{"Fn::Join": ["", [a, {Ref: Stage}]]}`, "adev"},
		{"Select of a list", `!Select [1, !Ref Regions]`, "b"},
		{"Select of a Split", `!Select [2, !Split ["/", "a/b/c"]]`, "c"},
		{"Split keeps empty parts", `!Join ["|", !Split [",", "a,,b"]]`, "a||b"},
		{"FindInMap of text", `!FindInMap [Sizes, !Ref Stage, small]`, "1"},
		{"FindInMap of a list", `!Join ["|", !FindInMap [Sizes, dev, list]]`, "x|y"},
		{"If takes what the condition says", `!If [Dev, yes, no]`, "yes"},
		{"If inside If", `!If [Prod, a, !If [Either, b, c]]`, "b"},
		{"Not", `!If [Prod, yes, no]`, "no"},
		{"And", `!If [Both, yes, no]`, "no"},
		{"Or", `!If [Either, yes, no]`, "yes"},
		{"conditions in their long form", `{"Fn::If": [Long, yes, no]}`, "yes"},
		{"the branch not taken may name what does not exist here", `!If [Prod, !GetAtt OnlyProd.Arn, none]`, "none"},
		{"and may select what is not there", `!If [Prod, !Select [9, !Ref Regions], !If [Dev, none, !FindInMap [Sizes, x, y]]]`, "none"},
		{"plain values stay as they are written", `007`, "007"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := load(t, values+tt.expression+"}\n", options())
			if got := s.Outputs["Is"]; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if _, ok := s.Outputs["Hidden"]; ok || len(s.Buckets) != 1 {
				t.Errorf("a false condition leaves an output or a bucket: %v, %v", s.Outputs, s.Buckets)
			}
		})
	}

	t.Run("a true condition brings its resource", func(t *testing.T) {
		t.Parallel()
		o := options()
		o.Parameters = map[string]string{"Stage": "prod"}
		s := load(t, values+"!If [Prod, !GetAtt OnlyProd.Arn, none]}\n", o)
		if got, want := s.Outputs["Is"]+" "+s.Outputs["Hidden"], "arn:aws:s3:::only-prod only-prod"; got != want || len(s.Buckets) != 2 {
			t.Errorf("got %q and %d buckets, want %q and 2", got, len(s.Buckets), want)
		}
	})
}

func TestIntrinsicRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, expression, want string }{
		{"an unknown function", `!GetAZs ""`, "the function Fn::GetAZs is not supported by the local cloud"},
		{"an unknown function in its long form", `{"Fn::ImportValue": a}`, "the function Fn::ImportValue is not supported"},
		{"a function beside other keys", `{"Fn::Sub": a, b: c}`, "Fn::Sub must stand alone in its mapping"},
		{"a condition's function outside Conditions", `!Equals [a, b]`, "Fn::Equals stands under Conditions only"},
		{"Ref of nothing", `!Ref Nobody`, "Ref: the template has no parameter or resource Nobody"},
		{"Ref of an attribute", `!Ref Table.Arn`, "Ref takes no attribute: write Fn::GetAtt for Table.Arn"},
		{"Ref of a list", `!Ref [a]`, "Ref takes a name"},
		{"Ref of an unknown pseudo parameter", `!Ref AWS::NotificationARNs`,
			"Ref: the pseudo parameter AWS::NotificationARNs is not supported"},
		{"a reference to what does not exist here", `!GetAtt OnlyProd.Arn`,
			"Fn::GetAtt: OnlyProd does not exist, since its condition is false here"},
		{"an unknown attribute", `!GetAtt Table.TableId`,
			"Fn::GetAtt: the local cloud knows no attribute TableId of AWS::DynamoDB::Table"},
		{"GetAtt without an attribute", `!GetAtt Table`, "Fn::GetAtt takes a resource and an attribute"},
		{"GetAtt of too much", `!GetAtt [a, b, c]`, "Fn::GetAtt takes a list of 2"},
		{"Sub of nothing", `!Sub "${Nobody}"`, "Fn::Sub: the template has no parameter or resource Nobody"},
		{"Sub that is not closed", `!Sub "${Stage"`, "Fn::Sub: ${ without a name and }"},
		{"Sub of a list", `!Sub "${Regions}"`, "Fn::Sub: Regions is not text"},
		{"Sub with a list for variables", `!Sub ["a", [b]]`, "Fn::Sub takes text, or a list of text and a mapping of variables"},
		{"Join of text", `!Join [",", a]`, "Fn::Join takes a list here"},
		{"Join of three", `!Join [a, b, c]`, "Fn::Join takes a list of 2"},
		{"Select beyond the end", `!Select [3, !Ref Regions]`, "Fn::Select: there is no item 3 in a list of 3"},
		{"Select before the start", `!Select [-1, !Ref Regions]`, "Fn::Select: there is no item -1"},
		{"Select by a word", `!Select [one, !Ref Regions]`, `Fn::Select: "one" is not an index`},
		{"Split by nothing", `!Select [0, !Split ["", abc]]`, "Fn::Split needs a delimiter"},
		{"FindInMap of nothing", `!FindInMap [Sizes, test, small]`, "Fn::FindInMap: there is no Sizes.test under Mappings"},
		{"If without a condition", `!If [Nobody, a, b]`, "there is no condition Nobody under Conditions"},
		{"If of two", `!If [Dev, a]`, "Fn::If takes a list of 3"},
		{"If of an expression", `!If [!Equals [a, a], a, b]`, "Fn::If begins with the name of a condition"},
		{"an unknown name in the branch not taken", `!If [Dev, a, !Ref Nobody]`, "Ref: the template has no parameter or resource Nobody"},
		{"an unknown function in the branch not taken", `!If [Dev, a, !Cidr [a, b]]`, "the function Fn::Cidr is not supported"},
		{"a list for text", `[a]`, "Value of output Is must be text"},
		{"no value at all", `!Ref AWS::NoValue`, "output Is has no Value"},
		{"an alias", `*a`, "not YAML: unknown anchor 'a' referenced"},
		{"an anchor", `&a b`, "CloudFormation takes no YAML anchors (&a)"},
		{"null", `~`, "CloudFormation takes no null"},
		{"binary", `!!binary YQ==`, "CloudFormation takes no values of the type !!binary"},
		{"a key given twice", `{a: 1, a: 2}`, "the key a stands on line"},
		{"a merge", `{<<: {a: 1}}`, "a key must be a plain word"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused with its line", func(t *testing.T) {
			t.Parallel()
			wantProblem(t, values+tt.expression+"} # here\n", tt.want, options())
		})
	}

	t.Run("values that grow without end are refused", func(t *testing.T) {
		t.Parallel()
		expression := "x"
		for range 40 {
			expression = `!Sub ["${a}${a}", {a: ` + expression + `}]`
		}
		wantProblem(t, values+expression+"} # here\n", "the template's values grow beyond 16777216 bytes", options())
	})

	t.Run("aliases that would grow without end are refused", func(t *testing.T) {
		t.Parallel()
		text := "Transform: AWS::Serverless-2016-10-31\nA0: &a0 [x]\n"
		for i := range 30 {
			name, last := string(rune('b'+i%20))+strings.Repeat("x", i/20), string(rune('b'+(i-1)%20))+strings.Repeat("x", (i-1)/20)
			if i == 0 {
				last = "a0"
			}
			text += name + ": &" + name + " [*" + last + ", *" + last + "]\n"
		}
		_, err := template.Load(write(t, text), options())
		if err == nil || !strings.Contains(err.Error(), ":2: CloudFormation takes no YAML anchors (&a0)") {
			t.Errorf("got error %v", err)
		}
	})
}

func TestParameters(t *testing.T) {
	t.Parallel()
	const head = "Transform: AWS::Serverless-2016-10-31\nResources: {}\nOutputs: {Is: {Value: !Join [\"|\", [!Ref P]]}}\nParameters:\n  P:"
	tests := []struct {
		name, parameter string
		override        map[string]string
		want            string
	}{
		{"a default outside AllowedValues", " {Type: String, Default: c, AllowedValues: [a, b]} # here\n", nil,
			`the parameter P takes a, b, not "c"`},
		{"a value outside AllowedValues", " {Type: String, Default: a, AllowedValues: [a, b]} # here\n", map[string]string{"P": "c"},
			`the parameter P takes a, b, not "c"`},
		{"a value that the pattern does not match as a whole", " {Type: String, AllowedPattern: '[a-z]+'} # here\n", map[string]string{"P": "a1"},
			`the parameter P takes what matches [a-z]+, not "a1"`},
		{"a pattern that is none", " {Type: String, Default: a, AllowedPattern: '['} # here\n", nil,
			"AllowedPattern is not a regular expression"},
		{"a value that is too short", " {Type: String, Default: a, MinLength: 2} # here\n", nil, "the parameter P has a length of 1"},
		{"a value that is too long", " {Type: String, Default: äöü, MaxLength: 2} # here\n", nil, "the parameter P has a length of 3"},
		{"a number that is too large", " {Type: Number, Default: 11, MaxValue: 10} # here\n", nil, "the parameter P is 11, outside"},
		{"a word for a number", " {Type: Number, Default: 1} # here\n", map[string]string{"P": "one"},
			`the parameter P takes a number, not "one"`},
		{"a value for an unknown parameter", " # here\n    Type: String\n    Default: a\n", map[string]string{"Q": "c"}, ""},
		{"no value at all", " {Type: String} # here\n", nil, "the parameter P has no default: give it a value, P=..."},
		{"an unknown type", " {Type: List<Number>, Default: '1'} # here\n", nil, "the parameter type List<Number> is not supported"},
		{"an unknown property", " {Type: String, Default: a, Max: 1} # here\n", nil, "Max of parameter P is not supported"},
		{"a function in a default", " {Type: String, Default: !Ref AWS::Region} # here\n", nil,
			"Ref cannot stand here: CloudFormation takes plain values only"},
		{"an item of a list outside AllowedValues", " {Type: CommaDelimitedList, Default: 'a, c', AllowedValues: [a, b]} # here\n", nil,
			`the parameter P takes a, b, not "c"`},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused with its line", func(t *testing.T) {
			t.Parallel()
			o := options()
			o.Parameters = tt.override
			want := tt.want
			if want == "" {
				want = "the template has no parameter Q, for which a value was given"
			}
			wantProblem(t, head+tt.parameter, want, o)
		})
	}

	t.Run("values within the constraints are taken", func(t *testing.T) {
		t.Parallel()
		o := options()
		o.Parameters = map[string]string{"P": "ab"}
		s := load(t, head+" {Type: String, AllowedPattern: '[a-z]+', MinLength: 2, MaxLength: 2, AllowedValues: [ab]}\n", o)
		if got := s.Outputs["Is"]; got != "ab" {
			t.Errorf("got %q, want ab", got)
		}
	})
}

func TestConditionRefusals(t *testing.T) {
	t.Parallel()
	const head = "Transform: AWS::Serverless-2016-10-31\nResources: {B: {Type: AWS::S3::Bucket}}\nConditions:\n"
	tests := []struct{ name, conditions, want string }{
		{"a condition on itself", "  A: !Not [!Condition B] # here\n  B: !Not [!Condition A]\n", "the condition A depends on itself"},
		{"a condition on an unknown one", "  A: !Not [!Condition B] # here\n", "there is no condition B under Conditions"},
		{"a condition on a resource", "  A: !Equals [!Ref B, b] # here\n", "Ref: there is no parameter B; conditions cannot see resources"},
		{"a condition that is none", "  A: !Ref AWS::Region # here\n", "a condition is made of Fn::Equals"},
		{"Equals of a list", "  A: !Equals [[a], b] # here\n", "Fn::Equals takes text here"},
		{"And of one", "  A: !And [!Equals [a, b]] # here\n", "Fn::And takes a list of 2 to 10"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused with its line", func(t *testing.T) {
			t.Parallel()
			wantProblem(t, head+tt.conditions, tt.want, options())
		})
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	const head = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n" +
		"      CodeUri: build/a/b/\n      Environment:\n        Variables:\n"

	t.Run("references are resolved wherever they stand in a text, each asked for once", func(t *testing.T) {
		t.Parallel()
		o, asked := options(), 0
		o.Secret = func(name, key string) (string, error) { asked++; return name + "+" + key, nil }
		s := load(t, head+"          ONE: a{{resolve:secretsmanager:s/t:SecretString:k}}b{{resolve:secretsmanager:s/t:SecretString:l}}\n"+
			"          TWO: '{{resolve:secretsmanager:s/t:SecretString:k}}'\n", o)
		env := s.Functions[0].Environment
		if env["ONE"] != "as/t+kbs/t+l" || env["TWO"] != "s/t+k" || asked != 2 {
			t.Errorf("got %v after %d questions", env, asked)
		}
	})

	refused := []struct{ name, value, want string }{
		{"a secret that is not there", "{{resolve:secretsmanager:s:SecretString:lost}}",
			"the secret s has no value for lost here: no such key"},
		{"a reference with a version", "{{resolve:secretsmanager:s:SecretString:k:v}}", "only {{resolve:secretsmanager:"},
		{"a reference to SSM", "{{resolve:ssm:/a}}", "only {{resolve:secretsmanager:"},
		{"a reference without an end", "{{resolve:secretsmanager:s:SecretString:k", "only {{resolve:secretsmanager:"},
	}
	for _, tt := range refused {
		t.Run(tt.name+" is refused with its line", func(t *testing.T) {
			t.Parallel()
			wantProblem(t, head+"          KEY: '"+tt.value+"' # here\n", tt.want, options())
		})
	}

	t.Run("without secrets a reference is refused", func(t *testing.T) {
		t.Parallel()
		o := options()
		o.Secret = nil
		wantProblem(t, head+"          KEY: '{{resolve:secretsmanager:s:SecretString:k}}' # here\n", "the secret s has no value for k here: no secrets are given", o)
	})
}
