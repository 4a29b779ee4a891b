package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// monitoring is how many minutes CloudFormation watches a region's alarms after an update, before
// the next region's turn.
const monitoring = 5

// finish does what only a stack that works can take: protection against deletion, rollback triggers
// (their alarms must exist), replication to regions whose buckets were not there before. A region
// that was added to others comes into DNS last, when it has the old objects.
func (d *deployment) finish(ctx context.Context, added []member) error {
	isNew := func(m member) bool {
		return !d.first && m.parameters["InDns"] != "false" &&
			(slices.ContainsFunc(added, func(a member) bool { return a.region == m.region }) || d.state[m.region].Parameters["InDns"] == "false")
	}
	for _, entering := range []bool{false, true} {
		for _, m := range d.selected {
			if d.state[m.region] == nil || d.down[m.region] != nil || isNew(m) != entering {
				continue
			}
			set := map[string]string{"DeletionProtection": "true", "BucketRegions": strings.Join(d.bucketRegions(m), ",")}
			if entering {
				if err := d.copyOldObjects(ctx, m); err != nil {
					return err
				}
				set["InDns"] = "true"
			}
			alarms := orElse(d.state[m.region].Outputs["RollbackAlarms"], "$(the output RollbackAlarms of "+m.region+")")
			if err := d.update(ctx, m, set, strings.Split(alarms, ",")); err != nil {
				return err
			}
			if err := d.unfence(ctx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// update changes parameters of a stack that stays as it is otherwise, and gives it rollback
// triggers, which CloudFormation keeps for every later update, those of sam deploy too
// ("RollbackConfiguration"). Without alarms it takes the triggers away. It does nothing if no
// parameter differs: triggers alone are no update.
func (d *deployment) update(ctx context.Context, m member, set map[string]string, alarms []string) error {
	s := d.state[m.region]
	same := true
	for name, value := range set {
		same = same && s.Parameters[name] == value
	}
	if same {
		return nil
	}
	var parameters []map[string]any
	for _, name := range slices.Sorted(maps.Keys(s.Parameters)) {
		if _, ours := set[name]; !ours && (!d.plan || slices.Contains(m.order, name)) {
			parameters = append(parameters, map[string]any{"ParameterKey": name, "UsePreviousValue": true})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		parameters = append(parameters, map[string]any{"ParameterKey": name, "ParameterValue": set[name]})
	}
	values, err := json.Marshal(parameters)
	if err != nil {
		return err
	}
	triggers := []map[string]string{}
	for _, arn := range alarms {
		triggers = append(triggers, map[string]string{"Arn": arn, "Type": "AWS::CloudWatch::Alarm"})
	}
	minutes := monitoring
	if len(alarms) == 0 {
		minutes = 0
	}
	watch, err := json.Marshal(map[string]any{"MonitoringTimeInMinutes": minutes, "RollbackTriggers": triggers})
	if err != nil {
		return err
	}
	// The transform of SAM is a macro, which an update without a change set must acknowledge
	// ("UpdateStack", Capabilities).
	if err := d.run(ctx, "aws", "cloudformation", "update-stack", "--region", m.region, "--stack-name", m.stack, "--use-previous-template",
		"--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--parameters", string(values), "--rollback-configuration", string(watch)); err != nil {
		return err
	}
	if err := d.run(ctx, "aws", "cloudformation", "wait", "stack-update-complete", "--region", m.region, "--stack-name", m.stack); err != nil {
		return err
	}
	return d.refresh(ctx, m, set)
}

// copyOldObjects has S3 copy what was written before the region was added, and waits for it. A
// job's token makes it the same job however often this is run.
func (d *deployment) copyOldObjects(ctx context.Context, to member) error {
	from := d.members[0]
	for _, m := range d.members {
		if d.down[m.region] == nil && m.region != to.region {
			from = m
			break
		}
	}
	role := d.state[from.region].Outputs["ReplicationRoleArn"]
	for _, bucket := range d.buckets(from.region) {
		manifest := fmt.Sprintf(`{"S3JobManifestGenerator":{"SourceBucket":"arn:aws:s3:::%s","EnableManifestOutput":false,"Filter":{"EligibleForReplication":true}}}`, bucket)
		create := []string{"aws", "s3control", "create-job", "--region", from.region, "--account-id", d.account, "--no-confirmation-required",
			"--operation", `{"S3ReplicateObject":{}}`, "--report", `{"Enabled":false}`, "--manifest-generator", manifest, "--priority", "1",
			"--role-arn", orElse(role, "$(the output ReplicationRoleArn of "+from.region+")"), "--client-request-token", bucket + "-to-" + to.region}
		if d.plan {
			if err := d.run(ctx, create...); err != nil {
				return err
			}
			continue
		}
		d.say("+ %s", strings.Join(create, " "))
		output, err := d.world.Ask(ctx, create)
		if err != nil {
			return fmt.Errorf("copy old objects of %s: %w", bucket, err)
		}
		var job struct{ JobId string }
		if err := json.Unmarshal(output, &job); err != nil {
			return err
		}
		if err := d.await(ctx, from, job.JobId, bucket); err != nil {
			return err
		}
	}
	return nil
}

// await waits until a job of S3 Batch Operations has ended.
func (d *deployment) await(ctx context.Context, m member, id, bucket string) error {
	for {
		var answer struct {
			Job struct {
				Status          string
				ProgressSummary struct{ NumberOfTasksFailed int }
			}
		}
		if err := d.ask(ctx, &answer, "s3control", "describe-job", "--region", m.region, "--account-id", d.account, "--job-id", id); err != nil {
			return err
		}
		switch job := answer.Job; {
		case job.Status == "Complete" && job.ProgressSummary.NumberOfTasksFailed == 0:
			return nil
		case job.Status == "Complete", job.Status == "Failed", job.Status == "Cancelled":
			return fmt.Errorf("job %s, which copies the old objects of %s, ended as %s with %d failures: aws s3control describe-job says why",
				id, bucket, job.Status, job.ProgressSummary.NumberOfTasksFailed)
		}
		if err := d.world.Sleep(ctx, 5*time.Second); err != nil {
			return err
		}
	}
}
