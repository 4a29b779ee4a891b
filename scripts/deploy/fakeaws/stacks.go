package fakeaws

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// samDeploy makes or updates a stack by a change set. Region and name are those of samconfig.toml's
// section, which by convention ends with the region.
func (c *Cloud) samDeploy(line call) (string, error) {
	section := line.flag("config-env")
	env, region, several := strings.Cut(section, "-")
	if !several {
		region = "eu-west-1"
	}
	line.operation, line.region = "sam", region
	if c.Down[region] {
		return "", says("Could not connect to the endpoint URL: \"https://cloudformation.%s.amazonaws.com/\"", region)
	}
	if _, asked := line.flags["--no-confirm-changeset"]; !asked {
		return "", fmt.Errorf("sam deploy asks for a confirmation and nobody answers")
	}
	s := c.Stacks[region]
	set := map[string]string{}
	if s != nil { // what is not named keeps its value
		maps.Copy(set, s.Parameters)
	}
	for _, words := range line.flags["--parameter-overrides"] {
		for pair := range strings.FieldsSeq(words) {
			if name, value, _ := strings.Cut(pair, "="); value != "" { // sam drops what is empty
				set[name] = value
			}
		}
	}
	parameters, err := c.parameters(set)
	if err != nil {
		return "", err
	}
	if s == nil {
		return "", c.create(line, &Stack{Name: "lyceum-" + env, Parameters: parameters})
	}
	// CloudFormation applies the triggers that it keeps when a change set names none.
	return "", c.update(line, s, parameters, s.Triggers)
}

// parameters are the template's defaults and what was set. CloudFormation refuses names and values
// that the template does not allow.
func (c *Cloud) parameters(set map[string]string) (map[string]string, error) {
	var template struct {
		Parameters map[string]struct {
			Default        any    `yaml:"Default"`
			AllowedValues  []any  `yaml:"AllowedValues"`
			AllowedPattern string `yaml:"AllowedPattern"`
			Type           string `yaml:"Type"`
		} `yaml:"Parameters"`
	}
	head, _, _ := strings.Cut(c.Template, "\nConditions:")
	head, _, _ = strings.Cut(head, "\nRules:")
	if err := yaml.Unmarshal([]byte(head), &template); err != nil {
		return nil, err
	}
	values := map[string]string{}
	for name, p := range template.Parameters {
		value, ok := set[name]
		if !ok {
			value = fmt.Sprint(p.Default)
		}
		allowed := slices.ContainsFunc(p.AllowedValues, func(v any) bool { return fmt.Sprint(v) == value })
		if len(p.AllowedValues) > 0 && !allowed || p.AllowedPattern != "" && !regexp.MustCompile("^(?:"+p.AllowedPattern+")$").MatchString(value) {
			return nil, failure("ValidationError", "CreateChangeSet", "Parameter '%s' must match the template, and %q does not", name, value)
		}
		values[name] = value
	}
	for name := range set {
		if _, known := values[name]; !known {
			return nil, failure("ValidationError", "CreateChangeSet", "Parameters: [%s] do not exist in the template", name)
		}
	}
	return values, nil
}

func (c *Cloud) create(line call, s *Stack) error {
	c.did(line, "create", brief(nil, s.Parameters))
	made, err := c.apply(line.region, nil, s.Parameters)
	c.Stacks[line.region] = s
	if err == nil {
		s.Status = "CREATE_COMPLETE"
		return nil
	}
	s.Status = "ROLLBACK_COMPLETE"
	for _, undo := range made {
		if undo() != nil { // a protected table stays, and its name is taken
			s.Status = "ROLLBACK_FAILED"
		}
	}
	return says("Error: Failed to create/update the stack: %s, %s: %v", s.Name, s.Status, err)
}

func (c *Cloud) update(line call, s *Stack, parameters map[string]string, triggers []string) error {
	if !strings.HasSuffix(s.Status, "_COMPLETE") || s.Status == "ROLLBACK_COMPLETE" {
		return failure("ValidationError", "CreateChangeSet", "Stack %s is in %s state and can not be updated.", s.Name, s.Status)
	}
	if maps.Equal(s.Parameters, parameters) {
		if line.operation == "sam" {
			return nil // fail_on_empty_changeset = false
		}
		return failure("ValidationError", "UpdateStack", "No updates are to be performed.")
	}
	c.did(line, "update", brief(s.Parameters, parameters))
	for _, arn := range triggers {
		if !slices.Contains(c.alarms(line.region), arn) {
			s.Status = "UPDATE_ROLLBACK_COMPLETE"
			return says("Rollback trigger %s is missing", arn)
		}
	}
	before, err := json.Marshal([]any{c.Tables, c.Buckets, c.Records})
	if err == nil {
		_, err = c.apply(line.region, s.Parameters, parameters)
	}
	if err == nil && (c.Alarm[line.region] || c.On[line.region]) && len(triggers) > 0 {
		err = says("Rollback requested by alarm %s", triggers[0])
	}
	if err != nil {
		c.Tables, c.Buckets, c.Records = nil, nil, nil
		if back := json.Unmarshal(before, &[]any{&c.Tables, &c.Buckets, &c.Records}); back != nil {
			return back
		}
		s.Status = "UPDATE_ROLLBACK_COMPLETE"
		return says("Error: Failed to create/update the stack: %s, UPDATE_ROLLBACK_COMPLETE: %v", s.Name, err)
	}
	s.Status, s.Parameters, s.Triggers = "UPDATE_COMPLETE", parameters, triggers
	return nil
}

// brief are the parameters of the deployment that differ, for the log.
func brief(old, set map[string]string) string {
	var words []string
	for _, name := range []string{"Version", "KeysVersion", "Regions", "IdentityHome", "BucketRegions", "DeletionProtection", "InDns"} {
		if old[name] != set[name] && set[name] != "" {
			words = append(words, name+"="+set[name])
		}
	}
	return strings.Join(words, " ")
}

func (c *Cloud) alarms(region string) (arns []string) {
	return []string{"arn:aws:cloudwatch:" + region + ":" + Account + ":alarm:lyceum-errors"}
}

func (c *Cloud) describeAlarms(line call) (any, error) {
	var on []map[string]string
	for _, name := range line.flags["--alarm-names"] {
		if c.On[line.region] && slices.Contains(c.alarms(line.region), "arn:aws:cloudwatch:"+line.region+":"+Account+":alarm:"+name) {
			on = append(on, map[string]string{"AlarmName": name})
		}
	}
	return map[string]any{"MetricAlarms": on}, nil
}

func (c *Cloud) describeStacks(line call) (any, error) {
	s := c.Stacks[line.region]
	if s == nil || s.Name != line.flag("stack-name") {
		return nil, failure("ValidationError", "DescribeStacks", "Stack with id %s does not exist", line.flag("stack-name"))
	}
	type pair = map[string]string
	var parameters, triggers []pair
	for _, name := range slices.Sorted(maps.Keys(s.Parameters)) {
		parameters = append(parameters, pair{"ParameterKey": name, "ParameterValue": s.Parameters[name]})
	}
	for _, arn := range s.Triggers {
		triggers = append(triggers, pair{"Arn": arn})
	}
	outputs := []pair{{"OutputKey": "ApiUrl", "OutputValue": c.api(line.region)}, {"OutputKey": "RollbackAlarms", "OutputValue": strings.Join(c.alarms(line.region), ",")}}
	if s.Parameters["BucketRegions"] != "" {
		outputs = append(outputs, pair{"OutputKey": "ReplicationRoleArn", "OutputValue": "arn:aws:iam::" + Account + ":role/replication-" + line.region})
	}
	return map[string]any{"Stacks": []any{map[string]any{
		"StackStatus": s.Status, "Parameters": parameters, "Outputs": outputs, "RollbackConfiguration": map[string]any{"RollbackTriggers": triggers},
	}}}, nil
}

func (c *Cloud) updateStack(line call) (any, error) {
	s := c.Stacks[line.region]
	if s == nil {
		return nil, failure("ValidationError", "UpdateStack", "Stack [%s] does not exist", line.flag("stack-name"))
	}
	if _, same := line.flags["--use-previous-template"]; !same || !slices.Contains(line.flags["--capabilities"], "CAPABILITY_AUTO_EXPAND") {
		return nil, failure("InsufficientCapabilitiesException", "UpdateStack", "Requires capabilities : [CAPABILITY_AUTO_EXPAND]")
	}
	var list []struct {
		ParameterKey, ParameterValue string
		UsePreviousValue             bool
	}
	if err := json.Unmarshal([]byte(line.flag("parameters")), &list); err != nil {
		return nil, says("Error parsing parameter '--parameters': %v", err)
	}
	set := map[string]string{}
	for _, p := range list {
		if set[p.ParameterKey] = p.ParameterValue; p.UsePreviousValue {
			set[p.ParameterKey] = s.Parameters[p.ParameterKey]
		}
	}
	parameters, err := c.parameters(set)
	if err != nil {
		return nil, err
	}
	var watch struct{ RollbackTriggers []struct{ Arn, Type string } }
	triggers := s.Triggers
	if text := line.flag("rollback-configuration"); text != "" {
		if err := json.Unmarshal([]byte(text), &watch); err != nil {
			return nil, says("Error parsing parameter '--rollback-configuration': %v", err)
		}
		triggers = nil
		for _, trigger := range watch.RollbackTriggers {
			triggers = append(triggers, trigger.Arn)
		}
	}
	if len(triggers) > 5 {
		return nil, failure("ValidationError", "UpdateStack", "at most 5 rollback triggers")
	}
	// A failed update is what wait stack-update-complete tells of.
	if err := c.update(line, s, parameters, triggers); err != nil && strings.HasPrefix(err.Error(), "An error occurred") {
		return nil, err
	}
	return map[string]string{"StackId": s.Name}, nil
}

func (c *Cloud) waitUpdate(line call) (any, error) {
	if s := c.Stacks[line.region]; s == nil || s.Status != "UPDATE_COMPLETE" {
		return nil, says("Waiter StackUpdateComplete failed: Waiter encountered a terminal failure state")
	}
	return nil, nil
}

func (c *Cloud) deleteStack(line call) (any, error) {
	c.did(line)
	s := c.Stacks[line.region]
	if s == nil {
		return nil, nil
	}
	limits := c.Tables[line.region+"/"+s.Name+"-limits"]
	if limits != nil && limits.Protected {
		s.Status = "DELETE_FAILED"
		return nil, nil
	}
	if limits != nil {
		delete(c.Tables, line.region+"/"+limits.Name)
	}
	delete(c.Records, line.region)
	delete(c.Stacks, line.region)
	return nil, nil
}

func (c *Cloud) waitDelete(line call) (any, error) {
	if c.Stacks[line.region] != nil {
		return nil, says("Waiter StackDeleteComplete failed: Waiter encountered a terminal failure state")
	}
	return nil, nil
}
