package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// member is one region of an environment: the section [ENV] of samconfig.toml, or [ENV-<region>].
type member struct {
	section, region, stack string
	parameters             map[string]string // of parameter_overrides
	order                  []string          // their names as they stand there
	confirm                bool              // confirm_changeset
}

var setting = regexp.MustCompile(`^(\w+) = "?(.*?)"?$`)

// parseMembers finds the environment's sections in their order. The first one's stack owns the
// global tables.
func parseMembers(config, env string) (members []member, err error) {
	header := regexp.MustCompile(`^\[(` + regexp.QuoteMeta(env) + `(?:-[a-z0-9-]+)?)\.(global|deploy)\.parameters\]$`)
	var now *member
	for line := range strings.Lines(config) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			now = nil
			m := header.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			i := slices.IndexFunc(members, func(known member) bool { return known.section == m[1] })
			if i < 0 {
				members, i = append(members, member{section: m[1], parameters: map[string]string{}}), len(members)
			}
			now = &members[i]
			continue
		}
		m := setting.FindStringSubmatch(line)
		if now == nil || m == nil {
			continue
		}
		switch m[1] {
		case "region":
			now.region = m[2]
		case "stack_name":
			now.stack = m[2]
		case "confirm_changeset":
			now.confirm = m[2] == "true"
		case "parameter_overrides":
			for pair := range strings.FieldsSeq(m[2]) {
				name, value, _ := strings.Cut(pair, "=")
				now.parameters[name], now.order = value, append(now.order, name)
			}
		}
	}
	if len(members) == 0 {
		return nil, fmt.Errorf("samconfig.toml has no section [%s.deploy.parameters] and none [%s-<region>.deploy.parameters]", env, env)
	}
	for _, m := range members {
		if m.region == "" || m.stack == "" {
			return nil, fmt.Errorf("samconfig.toml: section %s has no region or no stack_name", m.section)
		}
	}
	return members, nil
}

// choose keeps the members whose regions are named; all, if none is.
func choose(members []member, regions []string) (chosen []member, err error) {
	for _, region := range regions {
		if !slices.ContainsFunc(members, func(m member) bool { return m.region == region }) {
			return nil, fmt.Errorf("samconfig.toml has no region %s for this environment", region)
		}
	}
	for _, m := range members {
		if len(regions) == 0 || slices.Contains(regions, m.region) {
			chosen = append(chosen, m)
		}
	}
	return chosen, nil
}

// regionsOf are the members' regions in their order.
func regionsOf(members []member) (regions []string) {
	for _, m := range members {
		regions = append(regions, m.region)
	}
	return regions
}
