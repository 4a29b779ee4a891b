package stack

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"maps"
	"path"
	"strings"

	"lyceum/local/iam"
	"lyceum/local/template"
)

// Developer is the access key of tools used by hand; its secret is the same word.
const Developer = "local"

// AccountID is the account that every local resource belongs to.
const AccountID = "000000000000"

// Options says which template is meant and where it runs.
type Options struct {
	Template   string            // file name
	Parameters map[string]string // overrides of the template's parameters
	Region     string
	Dir        string // where secrets are kept; "" makes new ones that are forgotten
	KeyPrefix  string // of the functions' access keys, LOCAL if empty: regions that run together have keys of their own
	OneKey     string // access key that everybody uses instead of their own, for a DynamoDB that keeps a database for each key
}

// Stack is a template with everything resolved.
type Stack struct {
	*template.Stack
	Region string
	SES    string // endpoint of the mailbox; "" until somebody opens it

	developer  string                 // access key id
	principals map[string]*principal  // by access key id
	keys       map[string]string      // access key ids by logical id
	pipes      map[string]*iam.Policy // of the pipes' roles, by logical id
}

// principal is a function as DynamoDB and S3 see it.
type principal struct {
	secret string
	name   string // its ARN, for refusals
	policy *iam.Policy
}

// Load reads the template. Its errors name file and line.
func Load(o Options) (*Stack, error) {
	secrets := &secretStore{dir: o.Dir}
	read, err := template.Load(o.Template, template.Options{
		Parameters: o.Parameters, Region: o.Region, AccountID: AccountID, StackName: "lyceum-local", Secret: secrets.value,
	})
	if err != nil {
		return nil, err
	}
	s := &Stack{Stack: read, Region: o.Region, developer: cmp.Or(o.OneKey, Developer), principals: map[string]*principal{}, keys: map[string]string{}, pipes: map[string]*iam.Policy{}}
	for _, f := range read.Functions {
		policy, err := iam.New(f.Statements)
		if err != nil {
			return nil, fmt.Errorf("%s:%w", o.Template, err) // it begins with the line
		}
		id := cmp.Or(o.OneKey, cmp.Or(o.KeyPrefix, "LOCAL")+strings.ToUpper(f.LogicalID))
		s.keys[f.LogicalID] = id
		s.principals[id] = &principal{secret: rand.Text(), name: iam.Principal(AccountID, f.Name), policy: policy}
	}
	for _, p := range read.Pipes {
		if err := s.checkPipe(p); err != nil {
			return nil, fmt.Errorf("%s:%w", o.Template, err)
		}
	}
	return s, nil
}

// Package is the main package behind a function: that of its CodeUri.
func Package(f template.Function) string {
	return "./" + path.Clean(f.CodeURI)
}

// Environment is a function's whole configuration: the template's variables, the endpoints of the local cloud and its own credentials.
func (s *Stack) Environment(f template.Function, dynamodb, s3 string) map[string]string {
	env := maps.Clone(f.Environment)
	env["AWS_ENDPOINT_URL_DYNAMODB"], env["AWS_ENDPOINT_URL_S3"] = dynamodb, s3
	env["METRICS_NAMESPACE"] = "" // nothing here reads them
	if _, named := env["AWS_ENDPOINT_URL_SESV2"]; named {
		env["AWS_ENDPOINT_URL_SESV2"] = s.SES
	}
	id := s.keys[f.LogicalID]
	env["AWS_ACCESS_KEY_ID"] = id
	env["AWS_SECRET_ACCESS_KEY"], _ = s.Secret(id)
	return env
}

// Secret gives an access key's secret; ok is false for a key nobody has.
func (s *Stack) Secret(accessKeyID string) (secret string, ok bool) {
	if accessKeyID == s.developer {
		return Developer, true
	}
	p, ok := s.principals[accessKeyID]
	if !ok {
		return "", false
	}
	return p.secret, true
}

// Authorize judges one call by the policies of the function whose access key signed it.
func (s *Stack) Authorize(accessKeyID string, call iam.Call) error {
	if accessKeyID == s.developer {
		return nil
	}
	p, ok := s.principals[accessKeyID]
	if !ok {
		return fmt.Errorf("access key %s belongs to nobody", accessKeyID)
	}
	return p.policy.Check(p.name, call)
}
