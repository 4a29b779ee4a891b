package template

import "strings"

// policies reads a function's Policies: statements, the template's managed policies, and SAM's
// templates by name.
func (l *loader) policies(v value) []Statement {
	items := v.items
	if v.kind == scalar || v.kind == mapping {
		items = []value{v}
	}
	var statements []Statement
	for _, item := range items {
		switch {
		case item.kind == scalar:
			statements = append(statements, l.managedPolicy(item)...)
		case item.kind == list:
			l.failf(item.line, "a policy is a mapping: statements, or a policy template of SAM")
		case item.get("Statement").kind != absent:
			statements = append(statements, l.document(item)...)
		default:
			for _, f := range item.fields {
				statements = append(statements, l.policyTemplate(f)...)
			}
		}
	}
	return statements
}

// managedPolicy reads the statements of an AWS::IAM::ManagedPolicy of the template.
func (l *loader) managedPolicy(v value) []Statement {
	for _, r := range l.all(managedType) {
		if l.attribute(r, "PolicyArn") == v.text {
			o := l.object(l.properties(r), r.typeName)
			o.pass(r.kind.nameProperty)
			return l.managedStatements(o)
		}
	}
	l.failf(v.line, "%s is not a managed policy of the template: write one as %s, or its statements here", v.text, managedType)
	return nil
}

func (l *loader) managedStatements(o *object) []Statement {
	o.pass("Description", "Path")
	statements := l.document(o.get("PolicyDocument"))
	o.done()
	return statements
}

func (l *loader) document(v value) []Statement {
	o := l.object(v, "the policy")
	o.pass("Id")
	o.oneOf("Version", "2012-10-17")
	items := o.get("Statement")
	o.done()
	if items.kind == mapping {
		items = value{kind: list, items: []value{items}}
	} else if items.kind == scalar {
		l.failf(items.line, "Statement must be a list")
	}
	var statements []Statement
	for _, item := range items.items {
		o := l.object(item, "the statement")
		statements = append(statements, l.statement(o))
		o.done()
	}
	return statements
}

func (l *loader) statement(o *object) Statement {
	o.pass("Sid")
	s := Statement{
		Effect:     o.required("Effect"),
		Actions:    o.textOrTexts("Action"),
		Resources:  o.textOrTexts("Resource"),
		Conditions: l.statementConditions(o.get("Condition")),
		Line:       o.v.line,
	}
	if s.Effect != "Allow" && s.Effect != "Deny" && s.Effect != "" {
		l.failf(o.get("Effect").line, "Effect must be Allow or Deny, not %q", s.Effect)
	}
	for _, name := range []string{"Action", "Resource"} {
		if len(o.get(name).items) == 0 && o.get(name).text == "" && o.get(name).kind != broken && o.v.get("Not"+name).kind == absent {
			l.failf(s.Line, "the statement has no %s", name)
		}
	}
	for _, action := range s.Actions {
		if action != "*" && action != "" && !strings.Contains(action, ":") {
			l.failf(o.get("Action").line, "the action %q is not <service>:<action>", action)
		}
	}
	for _, resource := range s.Resources {
		if resource != "*" && resource != "" && !strings.HasPrefix(resource, "arn:") {
			l.failf(o.get("Resource").line, "the resource %q is not an ARN: refer to a resource by Fn::GetAtt and Arn", resource)
		}
	}
	return s
}

func (l *loader) statementConditions(v value) map[string]map[string][]string {
	if v.kind == absent {
		return nil
	}
	operators, conditions := l.object(v, "Condition"), map[string]map[string][]string{}
	for _, f := range operators.v.fields {
		keys := operators.child(f.name)
		conditions[f.name] = map[string][]string{}
		for _, k := range keys.v.fields {
			conditions[f.name][k.name] = keys.textOrTexts(k.name)
		}
	}
	return conditions
}

// policyTemplates are SAM's, with the actions that it puts in ("AWS SAM policy template list").
var policyTemplates = map[string]struct {
	parameter string
	resources []string // {name} is the parameter's value
	actions   string
}{
	"DynamoDBReadPolicy":  {"TableName", tableResources, "dynamodb: GetItem Scan Query BatchGetItem DescribeTable"},
	"DynamoDBWritePolicy": {"TableName", tableResources, "dynamodb: PutItem UpdateItem BatchWriteItem"},
	"DynamoDBCrudPolicy": {"TableName", tableResources, "dynamodb: GetItem DeleteItem PutItem Scan Query UpdateItem " +
		"BatchWriteItem BatchGetItem DescribeTable ConditionCheckItem"},
	"S3ReadPolicy":  {"BucketName", bucketResources, "s3: GetObject ListBucket GetBucketLocation GetObjectVersion GetLifecycleConfiguration"},
	"S3WritePolicy": {"BucketName", bucketResources, "s3: PutObject PutObjectAcl PutLifecycleConfiguration"},
	"S3CrudPolicy": {"BucketName", bucketResources, "s3: GetObject ListBucket GetBucketLocation GetObjectVersion PutObject PutObjectAcl " +
		"GetLifecycleConfiguration PutLifecycleConfiguration DeleteObject"},
}

var (
	tableResources  = []string{"arn:aws:dynamodb:{region}:{account}:table/{name}", "arn:aws:dynamodb:{region}:{account}:table/{name}/index/*"}
	bucketResources = []string{"arn:aws:s3:::{name}", "arn:aws:s3:::{name}/*"}
)

func (l *loader) policyTemplate(f field) []Statement {
	t, ok := policyTemplates[f.name]
	if !ok {
		l.failf(f.line, "the policy %s is not supported by the local cloud: write its statements out", f.name)
		return nil
	}
	o := l.object(f.value, f.name)
	name := o.required(t.parameter)
	o.done()
	fill := strings.NewReplacer("{region}", l.options.Region, "{account}", l.options.AccountID, "{name}", name)
	s := Statement{Effect: "Allow", Line: f.line}
	for _, resource := range t.resources {
		s.Resources = append(s.Resources, fill.Replace(resource))
	}
	words := strings.Fields(t.actions)
	for _, action := range words[1:] {
		s.Actions = append(s.Actions, words[0]+action)
	}
	return []Statement{s}
}

// checkBucketPolicy lets a policy pass that denies plain HTTP and nothing else.
func (l *loader) checkBucketPolicy(o *object) {
	for _, item := range o.child("PolicyDocument").objects("Statement") {
		item.pass("Principal")
		s := l.statement(item)
		secure := s.Conditions["Bool"]["aws:SecureTransport"]
		if s.Effect != "Deny" || len(s.Conditions) != 1 || len(s.Conditions["Bool"]) != 1 || len(secure) != 1 || secure[0] != "false" {
			l.failf(s.Line, "the local cloud knows no bucket policy but a Deny under Bool aws:SecureTransport false")
		}
	}
}
