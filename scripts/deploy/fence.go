package main

import (
	"context"
	"strings"
)

// Paths that Route 53 asks a region for. The second is no route, so it is never healthy.
const (
	healthPath = "/api/health/deep"
	fencedPath = "/api/health/fenced"
)

// fence keeps a lost region that decided about accounts out of DNS before another one decides: if
// it came back by itself, with its old parameters, both would. unfence lets it in again once it has
// been deployed.
func (d *deployment) fence(ctx context.Context) error {
	old, moving := d.moves()
	if !moving {
		return nil
	}
	for _, m := range d.members {
		if m.region != old {
			continue
		}
		if m.parameters["DomainName"] == "" {
			d.say("# %s has decided about accounts until now. Nobody must use it when it is back, before it has been deployed: scripts/deploy.sh %s %s", old, d.env, old)
			return nil
		}
		d.say("# %s stays out of DNS until it has been deployed again.", old)
		return d.askFor(ctx, m, fencedPath)
	}
	return nil
}

func (d *deployment) unfence(ctx context.Context, m member) error {
	if d.home(m.parameters) == "" || m.parameters["DomainName"] == "" {
		return nil
	}
	path, id, err := d.healthCheck(ctx, m)
	if err != nil || path != fencedPath {
		return err
	}
	return d.run(ctx, "aws", "route53", "update-health-check", "--health-check-id", id, "--resource-path", healthPath)
}

func (d *deployment) askFor(ctx context.Context, m member, path string) error {
	_, id, err := d.healthCheck(ctx, m)
	if err != nil {
		return err
	}
	return d.run(ctx, "aws", "route53", "update-health-check", "--health-check-id", id, "--resource-path", path)
}

// healthCheck finds the health check of a region's address in DNS, whether the region answers or
// not: Route 53 is in no region.
func (d *deployment) healthCheck(ctx context.Context, m member) (path, id string, err error) {
	var records struct {
		ResourceRecordSets []struct{ Name, SetIdentifier, HealthCheckId string }
	}
	if err := d.ask(ctx, &records, "route53", "list-resource-record-sets", "--hosted-zone-id", m.parameters["HostedZoneId"]); err != nil {
		if d.plan {
			return "", "$(the health check of " + m.region + ")", nil
		}
		return "", "", err
	}
	for _, r := range records.ResourceRecordSets {
		if strings.TrimSuffix(r.Name, ".") != m.parameters["DomainName"] || r.SetIdentifier != m.region {
			continue
		}
		var check struct {
			HealthCheck struct{ HealthCheckConfig struct{ ResourcePath string } }
		}
		err := d.ask(ctx, &check, "route53", "get-health-check", "--health-check-id", r.HealthCheckId)
		return check.HealthCheck.HealthCheckConfig.ResourcePath, r.HealthCheckId, err
	}
	return "", "$(the health check of " + m.region + ")", nil
}
