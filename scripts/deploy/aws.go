package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// stack is what CloudFormation says of one region's stack.
type stack struct {
	Status     string
	Parameters map[string]string
	Outputs    map[string]string
	Triggers   []string // ARNs of the alarms that put an update back
}

var (
	errMissing = errors.New("it does not exist")
	awsCode    = regexp.MustCompile(`An error occurred \((\w+)\)`)
	// noAnswer is what the AWS CLI says, or the codes that a service has, when a region is down.
	// Everything else is an answer.
	noAnswer = regexp.MustCompile(`Could not connect to the endpoint URL|[Tt]imeout on endpoint URL|Connection was closed|` +
		`\((InternalFailure|InternalError|InternalServerError|ServiceUnavailable\w*|50\d)\)`)
)

// ask runs a command of the AWS CLI that changes nothing, and reads its JSON. errMissing says that
// what was asked for does not exist.
func (d *deployment) ask(ctx context.Context, answer any, command ...string) error {
	output, err := d.world.Ask(ctx, append([]string{"aws"}, command...))
	if err == nil && len(output) == 0 { // an empty list
		return nil
	}
	if err == nil {
		return json.Unmarshal(output, answer)
	}
	code := ""
	if m := awsCode.FindStringSubmatch(err.Error()); m != nil {
		code = m[1]
	}
	if code == "ResourceNotFoundException" || code == "404" || code == "ValidationError" && strings.Contains(err.Error(), "does not exist") {
		return errMissing
	}
	return fmt.Errorf("aws %s: %w", strings.Join(command, " "), err)
}

func isDown(err error) bool { return err != nil && noAnswer.MatchString(err.Error()) }

// describe reads a region's stack; nil if there is none.
func (d *deployment) describe(ctx context.Context, m member) (*stack, error) {
	var answer struct {
		Stacks []struct {
			StackStatus           string
			Parameters            []struct{ ParameterKey, ParameterValue string }
			Outputs               []struct{ OutputKey, OutputValue string }
			RollbackConfiguration struct{ RollbackTriggers []struct{ Arn string } }
		}
	}
	err := d.ask(ctx, &answer, "cloudformation", "describe-stacks", "--region", m.region, "--stack-name", m.stack)
	if errors.Is(err, errMissing) || err == nil && len(answer.Stacks) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found := answer.Stacks[0]
	s := &stack{Status: found.StackStatus, Parameters: map[string]string{}, Outputs: map[string]string{}}
	for _, trigger := range found.RollbackConfiguration.RollbackTriggers {
		s.Triggers = append(s.Triggers, trigger.Arn)
	}
	for _, p := range found.Parameters {
		s.Parameters[p.ParameterKey] = p.ParameterValue
	}
	for _, o := range found.Outputs {
		s.Outputs[o.OutputKey] = o.OutputValue
	}
	if s.Status == "REVIEW_IN_PROGRESS" { // a change set that was never run: there is no stack yet
		return nil, nil
	}
	return s, nil
}

// alarmsOn are the names of the rollback triggers that are on.
func (d *deployment) alarmsOn(ctx context.Context, m member, s *stack) (string, error) {
	command := []string{"cloudwatch", "describe-alarms", "--region", m.region, "--state-value", "ALARM", "--alarm-names"}
	for _, arn := range s.Triggers {
		command = append(command, arn[strings.LastIndex(arn, ":")+1:])
	}
	var answer struct{ MetricAlarms []struct{ AlarmName string } }
	err := d.ask(ctx, &answer, command...)
	var names []string
	for _, alarm := range answer.MetricAlarms {
		names = append(names, alarm.AlarmName)
	}
	return strings.Join(names, ", "), err
}

// keysVersion is the current version of the environment's keys in a region.
func (d *deployment) keysVersion(ctx context.Context, m member) (string, error) {
	var secret struct{ VersionIdsToStages map[string][]string }
	err := d.ask(ctx, &secret, "secretsmanager", "describe-secret", "--region", m.region, "--secret-id", "lyceum-"+d.env+"/keys")
	if errors.Is(err, errMissing) {
		return "", fmt.Errorf("the keys lyceum-%s/keys are not in %s: docs/OPERATIONS.md, Deploy, says how to make and replicate them", d.env, m.region)
	}
	for version, stages := range secret.VersionIdsToStages {
		if slices.Contains(stages, "AWSCURRENT") {
			return version, err
		}
	}
	return "", err
}

// streams are the parameters that name the streams of a region's replicas. Their ends cannot be
// computed.
func (d *deployment) streams(ctx context.Context, m member) (map[string]string, error) {
	arns := map[string]string{}
	for parameter, table := range map[string]string{"LearningStreamArn": "learning", "IdentityStreamArn": "identity"} {
		command := []string{"dynamodb", "describe-table", "--region", m.region, "--table-name", "lyceum-" + d.env + "-" + table}
		var answer struct {
			Table struct{ TableStatus, LatestStreamArn string }
		}
		err := d.ask(ctx, &answer, command...)
		switch {
		case d.plan && err != nil:
			arns[parameter] = "$(aws " + strings.Join(command, " ") + " --query Table.LatestStreamArn --output text)"
			continue
		case errors.Is(err, errMissing):
			return nil, fmt.Errorf("%s has no replica of the table %s: deploy %s first, whose stack owns it", m.region, table, d.members[0].region)
		case err != nil:
			return nil, err
		case answer.Table.LatestStreamArn == "":
			return nil, fmt.Errorf("the table %s has no stream in %s", table, m.region)
		}
		arns[parameter] = answer.Table.LatestStreamArn
	}
	return arns, nil
}

// leftovers are the names that would keep a region's stack from being made: what an earlier
// environment left.
func (d *deployment) leftovers(ctx context.Context, m member) (found []string, err error) {
	var ignored any
	if m.region == d.members[0].region {
		for _, table := range []string{"identity", "learning", "ephemeral"} {
			name := "lyceum-" + d.env + "-" + table
			switch err := d.ask(ctx, &ignored, "dynamodb", "describe-table", "--region", m.region, "--table-name", name); {
			case err == nil:
				found = append(found, "table "+name)
			case !errors.Is(err, errMissing):
				return nil, err
			}
		}
	}
	for _, bucket := range d.allBuckets(m.region) {
		_, err := d.world.Ask(ctx, []string{"aws", "s3api", "head-bucket", "--region", m.region, "--bucket", bucket})
		switch {
		case err == nil:
			found = append(found, "bucket "+bucket)
		case !strings.Contains(err.Error(), "(404)"):
			return nil, err
		}
	}
	return found, nil
}

// allBuckets are those whose objects are copied between regions, and staging.
func (d *deployment) allBuckets(region string) []string {
	return append(d.buckets(region), fmt.Sprintf("lyceum-%s-staging-%s-%s", d.env, d.account, region))
}

func (d *deployment) buckets(region string) []string {
	return []string{
		fmt.Sprintf("lyceum-%s-content-%s-%s", d.env, d.account, region), fmt.Sprintf("lyceum-%s-uploads-%s-%s", d.env, d.account, region),
	}
}
