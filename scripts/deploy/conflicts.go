package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// conflicts are the reasons, each as one sentence, why what is deployed cannot become what
// samconfig.toml says.
func (d *deployment) conflicts() (found []string) {
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	owner := d.members[0].region
	if d.down[owner] != nil && d.state[owner] == nil && d.first {
		say("%s owns the global tables and does not answer: nothing can be made before it.", owner)
	}
	for _, m := range d.selected {
		s := d.state[m.region]
		if s == nil || failedCreation(s) {
			continue
		}
		deployed := regionsIn(s, m.region)
		wanted := regionsOf(d.members)
		switch {
		case s.Status == "UPDATE_ROLLBACK_FAILED":
			say("%s could not be put back after a failed update. Mend the cause that its events name, then: "+
				"aws cloudformation continue-update-rollback --region %s --stack-name %s", m.region, m.region, m.stack)
		case strings.HasSuffix(s.Status, "_IN_PROGRESS"):
			say("%s is being changed by somebody else (%s). Wait until that has ended.", m.region, s.Status)
		case d.alarms[m.region] != "" && !d.unwatched:
			say("The alarm %s is on in %s, and CloudFormation would put an update back. To deploy a fix all the same: "+
				"scripts/deploy.sh --unwatched %s %s", d.alarms[m.region], m.region, d.env, m.region)
		case len(wanted) < len(deployed) || !slices.Equal(wanted[:len(deployed)], deployed):
			say("Regions may only grow at its end, and %s has %s: the first one owns the global tables. "+
				"To let another region decide about accounts, set IdentityHome.", m.region, strings.Join(deployed, ","))
		case len(wanted) > len(deployed)+1:
			say("%d regions are new, and DynamoDB adds one replica in an update: add one region after the other.", len(wanted)-len(deployed))
		case cmp.Or(s.Parameters["IdentityConsistency"], "single") != cmp.Or(m.parameters["IdentityConsistency"], "single"):
			say("%s has IdentityConsistency=%s, which cannot be changed while the tables hold data.", m.region, s.Parameters["IdentityConsistency"])
		}
	}
	versions := map[string]string{}
	for _, m := range d.selected {
		if v := d.keys[m.region]; v != "" {
			versions[v] = m.region
		}
	}
	if len(versions) > 1 {
		say("The keys of the regions differ: " +
			"wait until Secrets Manager has replicated the new ones (aws secretsmanager describe-secret --query ReplicationStatus).")
	}
	if old, moving := d.moves(); moving && slices.ContainsFunc(d.selected, func(m member) bool { return m.region == old }) && d.down[old] == nil {
		say("IdentityHome moves away from %s, which answers: while the stacks are changed one after the other, "+
			"two regions would decide who has an address. Move it only when %s is lost, and name the other regions: scripts/deploy.sh %s %s", old, old, d.env, strings.Join(without(regionsOf(d.members), old), " "))
	}
	return found
}

func without(regions []string, gone string) []string {
	return slices.DeleteFunc(slices.Clone(regions), func(r string) bool { return r == gone })
}

// regionsIn are the Regions that a stack was deployed with.
func regionsIn(s *stack, here string) []string {
	if s.Parameters["Regions"] == "" {
		return []string{here}
	}
	return strings.Split(s.Parameters["Regions"], ",")
}

// home is the region that decides about accounts, by parameters.
func (d *deployment) home(parameters map[string]string) string {
	if parameters["IdentityConsistency"] != "home" {
		return ""
	}
	return cmp.Or(parameters["IdentityHome"], d.members[0].region)
}

// moves reports whether this run takes the decision about accounts away from a region, and from
// which: a stack of another region than that one itself still follows it. A lost region that comes
// back and follows the others moves nothing.
func (d *deployment) moves() (old string, moving bool) {
	wanted := d.home(d.members[0].parameters)
	for _, m := range d.members {
		s := d.state[m.region]
		if s == nil || failedCreation(s) {
			continue
		}
		if old := d.home(s.Parameters); old != wanted && old != m.region {
			return old, true
		}
	}
	return "", false
}
