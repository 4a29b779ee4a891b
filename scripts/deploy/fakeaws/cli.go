package fakeaws

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// call is one command line, taken apart.
type call struct {
	service, operation, region string
	flags                      map[string][]string
	in                         io.Reader
}

func (c call) flag(name string) string {
	if v := c.flags["--"+name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Run runs a command line: aws SERVICE OPERATION …, or sam deploy ….
func (c *Cloud) Run(args []string, in io.Reader) (string, error) {
	line := call{flags: map[string][]string{}, in: in}
	rest := args[1:]
	for len(rest) > 0 && !strings.HasPrefix(rest[0], "--") {
		line.service, line.operation = line.operation, rest[0]
		rest = rest[1:]
	}
	name := ""
	for _, word := range rest {
		if strings.HasPrefix(word, "--") {
			name = word
			line.flags[name] = append(line.flags[name], []string{}...)
			if line.flags[name] == nil {
				line.flags[name] = []string{}
			}
			continue
		}
		line.flags[name] = append(line.flags[name], word)
	}
	line.region = line.flag("region")
	if args[0] == "sam" || strings.HasSuffix(args[0], "sam.sh") {
		if slices.Contains(args, "build") {
			return "", nil
		}
		return c.samDeploy(line)
	}
	if c.Down[line.region] {
		return "", says("Could not connect to the endpoint URL: \"https://%s.%s.amazonaws.com/\"", line.service, line.region)
	}
	if c.Denied != "" && line.operation == c.Denied {
		return "", failure("AccessDenied", line.operation, "User: arn:aws:iam::%s:user/operator is not authorized to perform it", Account)
	}
	if line.region == "" && !slices.Contains([]string{"sts", "route53"}, line.service) {
		return "", says("You must specify a region. You can also configure your region by running \"aws configure\".")
	}
	service, ok := map[string]func(call) (any, error){
		"get-caller-identity": func(call) (any, error) { return map[string]string{"Account": Account}, nil },
		"describe-stacks":     c.describeStacks, "update-stack": c.updateStack, "describe-alarms": c.describeAlarms, "delete-stack": c.deleteStack,
		"stack-update-complete": c.waitUpdate, "stack-delete-complete": c.waitDelete,
		"describe-secret": c.describeSecret, "create-secret": c.createSecret, "replicate-secret-to-regions": c.replicateSecret,
		"get-secret-value": c.getSecret, "put-secret-value": c.putSecret,
		"describe-table": c.describeTable, "update-table": c.updateTable, "delete-table": c.deleteTable, "restore-table-to-point-in-time": c.restoreTable,
		"head-bucket": c.headBucket, "list-object-versions": c.listVersions, "delete-objects": c.deleteObjects, "delete-bucket": c.deleteBucket,
		"create-job": c.createJob, "describe-job": c.describeJob,
		"list-resource-record-sets": c.records, "get-health-check": c.healthCheck, "update-health-check": c.updateHealthCheck,
		"create-email-identity": c.verifyDomain, "put-account-suppression-attributes": c.suppress,
	}[line.operation]
	if !ok {
		return "", fmt.Errorf("aws: [ERROR]: this stand-in does not know %s %s", line.service, line.operation)
	}
	answer, err := service(line)
	if err != nil || answer == nil {
		return "", err
	}
	if query := line.flag("query"); query != "" {
		return pick(answer, query)
	}
	text, err := json.Marshal(answer)
	return string(text), err
}

// pick is the part of JMESPath that docs/OPERATIONS.md uses: names with dots between, and [] for
// each of a list.
func pick(answer any, query string) (string, error) {
	text, err := json.Marshal(answer)
	if err != nil {
		return "", err
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return "", err
	}
	values := []any{v}
	for name := range strings.SplitSeq(query, ".") {
		name, each := strings.CutSuffix(name, "[]")
		var next []any
		for _, value := range values {
			m, _ := value.(map[string]any)
			list, isList := m[name].([]any)
			switch {
			case each && isList:
				next = append(next, list...)
			case m[name] != nil:
				next = append(next, m[name])
			}
		}
		values = next
	}
	if len(values) == 0 {
		return "", fmt.Errorf("nothing at %s", query)
	}
	var words []string
	for _, value := range values {
		words = append(words, fmt.Sprint(value))
	}
	return strings.Join(words, "\t") + "\n", nil
}

func (c *Cloud) did(line call, words ...string) {
	c.Log = append(c.Log, strings.TrimSpace(line.operation+" "+line.region+" "+strings.Join(words, " ")))
}
