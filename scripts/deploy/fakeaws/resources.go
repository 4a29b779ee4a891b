package fakeaws

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

var globalTables = []string{"identity", "learning", "ephemeral"}

// apply makes a region's resources what the parameters say, in the order in which they depend on
// each other. It returns what undoes a creation.
func (c *Cloud) apply(region string, old, set map[string]string) (undo []func() error, err error) {
	env, regions := set["Environment"], regionList(set["Regions"], region)
	protected := set["DeletionProtection"] == "true"
	if regions[0] == region {
		undo, err = c.globals(region, env, regionList(old["Regions"], region), regions, old == nil, protected, set["IdentityConsistency"] == "strong")
		if err != nil {
			return undo, err
		}
	} else if err := c.streamsFit(region, env, set); err != nil {
		return undo, err
	}
	limits := region + "/lyceum-" + env + "-limits"
	if old == nil {
		if c.Tables[limits] != nil {
			return undo, fmt.Errorf("lyceum-%s-limits already exists", env)
		}
		c.Tables[limits] = &Table{Region: region, Name: "lyceum-" + env + "-limits"}
		undo = append(undo, func() error { return c.drop(limits) })
	}
	c.Tables[limits].Protected = protected
	if !slices.Contains(c.Secrets[region+"/lyceum-"+env+"/keys"], set["KeysVersion"]) {
		return undo, says("Secrets Manager can't find the specified secret value for VersionId: %s", set["KeysVersion"])
	}
	for _, kind := range []string{"content", "uploads"} {
		name := func(region string) string {
			return fmt.Sprintf("lyceum-%s-%s-%s-%s", env, kind, Account, region)
		}
		if old == nil {
			if c.Buckets[name(region)] != nil {
				return undo, fmt.Errorf("%s already exists", name(region))
			}
			c.Buckets[name(region)] = &Bucket{Region: region, Name: name(region)}
			undo = append(undo, func() error { delete(c.Buckets, name(region)); return nil })
		}
		var to []string
		for other := range strings.SplitSeq(set["BucketRegions"], ",") {
			if other == "" || other == region {
				continue
			}
			if c.Buckets[name(other)] == nil {
				return undo, says("Destination bucket must exist. (Service: S3, Status Code: 400)")
			}
			to = append(to, name(other))
		}
		c.Buckets[name(region)].To = to
	}
	if why := c.Broken[region]; why != "" {
		delete(c.Broken, region)
		return undo, says("%s", why)
	}
	switch {
	case set["DomainName"] == "":
	case set["InDns"] == "false":
		delete(c.Records, region)
	case c.Records[region] == "":
		c.Records[region] = "/api/health/deep"
	}
	return undo, nil
}

func regionList(list, here string) []string {
	if list == "" {
		return []string{here}
	}
	return strings.Split(list, ",")
}

// globals makes the owner's tables, adds the replica that is new, and protects all of them.
func (c *Cloud) globals(owner, env string, before, regions []string, create, protected, strong bool) (undo []func() error, err error) {
	added := slices.DeleteFunc(slices.Clone(regions), func(r string) bool { return !create && slices.Contains(before, r) })
	if !create && len(added) > 1 {
		return nil, fmt.Errorf("a global table takes one new replica in an update")
	}
	for _, kind := range globalTables {
		name := "lyceum-" + env + "-" + kind
		isStrong := strong && kind == "identity"
		if isStrong && len(regions) != 3 {
			return undo, says("MRSC global tables must have exactly three replicas")
		}
		for _, region := range added {
			key := region + "/" + name
			if c.Tables[key] != nil {
				return undo, fmt.Errorf("%s already exists in %s", name, region)
			}
			if c.Down[region] {
				return undo, fmt.Errorf("the replica in %s could not be made", region)
			}
			c.Tables[key] = &Table{Region: region, Name: name, Strong: isStrong, Stream: "arn:aws:dynamodb:" + region + ":" + Account + ":table/" + name + "/stream/" + c.id()}
			undo = append(undo, func() error { return c.drop(key) })
		}
		for _, region := range regions {
			t := c.Tables[region+"/"+name]
			if t == nil {
				return undo, fmt.Errorf("%s is gone from %s", name, region)
			}
			t.Replicas, t.Protected = regions, protected
		}
	}
	return undo, nil
}

func (c *Cloud) drop(key string) error {
	if c.Tables[key].Protected {
		return fmt.Errorf("%s is protected against deletion", key)
	}
	delete(c.Tables, key)
	return nil
}

// streamsFit reports streams of pipes that are not this region's.
func (c *Cloud) streamsFit(region, env string, set map[string]string) error {
	for parameter, kind := range map[string]string{"LearningStreamArn": "learning", "IdentityStreamArn": "identity"} {
		if t := c.Tables[region+"/lyceum-"+env+"-"+kind]; t == nil || t.Stream != set[parameter] {
			return fmt.Errorf("the pipe's source %q is no stream of %s", set[parameter], region)
		}
	}
	return nil
}

// Replicas are the regions of a global table.
func (c *Cloud) Replicas(name string) (regions []string) {
	for _, key := range slices.Sorted(maps.Keys(c.Tables)) {
		if t := c.Tables[key]; t.Name == name {
			regions = append(regions, t.Region)
		}
	}
	return regions
}
