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

// rollOut makes or updates one region's stack and looks whether it works. CloudFormation watches an
// update by the stack's rollback triggers until their monitoring time is over, and puts it back if
// one goes off.
func (d *deployment) rollOut(ctx context.Context, m member) error {
	if s := d.state[m.region]; s != nil && len(s.Triggers) > 0 && d.unwatched {
		if err := d.update(ctx, m, map[string]string{"DeletionProtection": "false"}, nil); err != nil {
			return err
		}
	}
	old := d.state[m.region]
	overrides := map[string]string{
		"Version": d.version, "KeysVersion": d.keys[m.region], "DeletionProtection": "false", "BucketRegions": strings.Join(d.bucketRegions(m), ","),
	}
	if old != nil {
		overrides["DeletionProtection"] = old.Parameters["DeletionProtection"]
	}
	if home := d.home(m.parameters); home != "" { // a parameter that sam deploy is not given keeps its last value
		overrides["IdentityHome"] = home
	}
	if !d.first && (old == nil || old.Parameters["InDns"] == "false") {
		overrides["InDns"] = "false" // finish lets it in
	}
	if m.region != d.members[0].region {
		arns, err := d.streams(ctx, m)
		if err != nil {
			return err
		}
		maps.Copy(overrides, arns)
	}
	if d.plan && overrides["KeysVersion"] == "" {
		overrides["KeysVersion"] = fmt.Sprintf("$(aws secretsmanager describe-secret --region %s --secret-id lyceum-%s/keys)", m.region, d.env)
	}
	var words []string
	for _, name := range m.order {
		if _, ours := overrides[name]; !ours {
			words = append(words, name+"="+m.parameters[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		if overrides[name] != "" { // sam deploy drops what is empty
			words = append(words, name+"="+overrides[name])
		}
	}
	if err := d.run(ctx, "scripts/sam.sh", "deploy", "--config-env", m.section, "--no-confirm-changeset", "--parameter-overrides", strings.Join(words, " ")); err != nil {
		return err
	}
	if err := d.refresh(ctx, m, overrides); err != nil {
		return err
	}
	return d.smoke(ctx, m)
}

// bucketRegions are the regions whose buckets exist when a region's stack is deployed: S3 refuses a
// rule that leads to none, and what is replicated already goes on. A region that does not answer
// counts if others replicate to it.
func (d *deployment) bucketRegions(m member) (regions []string) {
	for _, other := range d.members {
		s := d.state[other.region]
		exists := other.region == m.region || s != nil && !failedCreation(s)
		for _, peer := range d.state {
			exists = exists || peer != nil && slices.Contains(strings.Split(peer.Parameters["BucketRegions"], ","), other.region)
		}
		if exists {
			regions = append(regions, other.region)
		}
	}
	if len(regions) == 1 {
		return nil
	}
	return regions
}

// refresh reads a stack again. A plan takes what it was to become.
func (d *deployment) refresh(ctx context.Context, m member, set map[string]string) error {
	if !d.plan {
		s, err := d.describe(ctx, m)
		d.state[m.region] = s
		return err
	}
	s := &stack{Status: "UPDATE_COMPLETE", Parameters: map[string]string{}, Outputs: map[string]string{}}
	if old := d.state[m.region]; old != nil {
		s.Outputs = old.Outputs
		maps.Copy(s.Parameters, old.Parameters)
	}
	maps.Copy(s.Parameters, m.parameters)
	maps.Copy(s.Parameters, set)
	d.state[m.region] = s
	return nil
}

const (
	smokeTries = 12
	smokePause = 5 * time.Second
)

// smoke asks a region's own address whether its tables and buckets answer, and whether it runs what
// was deployed.
func (d *deployment) smoke(ctx context.Context, m member) error {
	url := d.state[m.region].Outputs["ApiUrl"]
	if d.plan {
		d.say("+ curl -fsS %s/api/health/deep", orElse(url, "$(the output ApiUrl of "+m.region+")"))
		return nil
	}
	d.say("# GET %s/api/health/deep", url)
	var err error
	for range smokeTries {
		var body []byte
		if _, err = d.world.Get(ctx, url+"/api/health/deep"); err == nil {
			body, err = d.world.Get(ctx, url+"/api/health")
		}
		var health struct{ Data struct{ Version string } }
		if err == nil {
			err = json.Unmarshal(body, &health)
		}
		if err == nil && health.Data.Version != d.version {
			err = fmt.Errorf("%s/api/health answers version %q, not %q", url, health.Data.Version, d.version)
		}
		if err == nil {
			return nil
		}
		if pause := d.world.Sleep(ctx, smokePause); pause != nil {
			return pause
		}
	}
	return fmt.Errorf("the smoke test: %w", err)
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
