package template

import (
	"slices"
	"strings"
)

func (l *loader) table(r *resource, name string, o *object) Table {
	o.pass("BillingMode", "SSESpecification")
	t := Table{LogicalID: r.id, Name: name, Line: r.line}
	if r.typeName == globalTableType {
		t.Strong = o.oneOf("MultiRegionConsistency", "EVENTUAL", "STRONG") == "STRONG"
	} else {
		passForTable(o)
	}
	for _, a := range o.objects("AttributeDefinitions") {
		t.Attributes = append(t.Attributes, Attribute{a.required("AttributeName"), a.oneOf("AttributeType", "", "S", "N", "B")})
		a.required("AttributeType")
		a.done()
	}
	t.HashKey, t.RangeKey = l.keys(o)
	for _, i := range o.objects("GlobalSecondaryIndexes") {
		t.Indexes = append(t.Indexes, l.index(i))
	}
	stream := o.child("StreamSpecification")
	if stream.v.kind == mapping {
		stream.required("StreamViewType")
		t.StreamView = stream.oneOf("StreamViewType", "", "KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")
	}
	stream.done()
	ttl := o.child("TimeToLiveSpecification")
	if attribute := ttl.text("AttributeName"); ttl.boolean("Enabled") {
		t.TTLAttribute = attribute
	}
	ttl.done()
	t.DeletionProtection = l.replica(r, o, &t).boolean("DeletionProtectionEnabled")
	l.checkKeys(t, o)
	l.checkStrong(t)
	return t
}

// passForTable names the settings that a table has of its own and a global table per replica.
func passForTable(o *object) {
	o.pass("PointInTimeRecoverySpecification", "ContributorInsightsSpecification", "TableClass", "Tags")
}

// replica returns the settings for this region: of the table itself, or of the one replica here.
func (l *loader) replica(r *resource, o *object, t *Table) *object {
	if r.typeName == tableType {
		return o
	}
	var here *object
	for _, replica := range o.objects("Replicas") {
		region := replica.required("Region")
		if region == l.options.Region {
			here = replica
		}
		if slices.Contains(t.Replicas, region) {
			l.failf(replica.v.line, "the table %s has two replicas in %s", r.id, region)
		}
		t.Replicas = append(t.Replicas, region)
		passForTable(replica)
		replica.pass("DeletionProtectionEnabled", "SSESpecification")
		replica.done()
	}
	if here == nil {
		l.failf(r.line, "the table %s has no replica in %s: add one to Replicas", r.id, l.options.Region)
		here = l.object(value{}, "Replicas")
	}
	return here
}

// regionSets are those whose regions can hold a strongly consistent table together ("DynamoDB global tables", multi-Region strong consistency).
var regionSets = [][]string{
	{"us-east-1", "us-east-2", "us-west-2"},
	{"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"},
	{"ap-northeast-1", "ap-northeast-2", "ap-northeast-3"},
}

// StreamARN is that of the table's stream in a region, or of its replica there.
func (t Table) StreamARN(region, accountID string) string {
	return strings.NewReplacer("{region}", region, "{account}", accountID, "{name}", t.Name).Replace(resourceTypes[tableType].attributes["StreamArn"])
}

// CanBeStrong tells whether a table can be strongly consistent over these regions: exactly three of one set.
func CanBeStrong(regions []string) bool {
	return len(regions) == 3 && slices.ContainsFunc(regionSets, func(set []string) bool {
		return !slices.ContainsFunc(regions, func(region string) bool { return !slices.Contains(set, region) })
	})
}

// checkStrong refuses what a strongly consistent table cannot have.
func (l *loader) checkStrong(t Table) {
	if !t.Strong {
		return
	}
	if !CanBeStrong(t.Replicas) {
		l.failf(t.Line, "the strongly consistent table %s needs replicas in exactly three regions of one set (US, EU or AP), not in %s",
			t.LogicalID, strings.Join(t.Replicas, ", "))
	}
	if t.TTLAttribute != "" {
		l.failf(t.Line, "the strongly consistent table %s can have no time to live", t.LogicalID)
	}
}

func (l *loader) index(o *object) Index {
	i := Index{Name: o.required("IndexName")}
	i.HashKey, i.RangeKey = l.keys(o)
	projection := o.child("Projection")
	i.Projection = projection.oneOf("ProjectionType", "", "ALL", "KEYS_ONLY", "INCLUDE")
	i.NonKeyAttributes = projection.texts("NonKeyAttributes")
	projection.done()
	if i.Projection == "" && o.v.kind == mapping {
		l.failf(o.v.line, "the index %s has no Projection with a ProjectionType", i.Name)
	}
	if (i.Projection == "INCLUDE") != (len(i.NonKeyAttributes) > 0) {
		l.failf(o.v.line, "the index %s must have NonKeyAttributes with the projection INCLUDE, and with no other", i.Name)
	}
	o.pass("ContributorInsightsSpecification")
	o.done()
	return i
}

// keys reads a KeySchema.
func (l *loader) keys(o *object) (hash, rangeKey string) {
	schema := o.objects("KeySchema")
	for i, k := range schema {
		name := k.required("AttributeName")
		switch typeName := k.required("KeyType"); {
		case i == 0 && typeName == "HASH":
			hash = name
		case i == 1 && typeName == "RANGE":
			rangeKey = name
		default:
			l.failf(k.v.line, "a KeySchema is one HASH key, then at most one RANGE key")
		}
		k.done()
	}
	if len(schema) == 0 && o.v.kind == mapping {
		l.failf(o.v.line, "%s has no KeySchema", o.what)
	}
	return hash, rangeKey
}

// checkKeys refuses what CreateTable does: keys without a type, types without a key, names given twice.
func (l *loader) checkKeys(t Table, o *object) {
	line := o.get("AttributeDefinitions").line
	defined, used := map[string]bool{}, []string{t.HashKey, t.RangeKey}
	names := map[string]bool{}
	for _, i := range t.Indexes {
		used = append(used, i.HashKey, i.RangeKey)
		if names[i.Name] {
			l.failf(o.get("GlobalSecondaryIndexes").line, "the table %s has two indexes named %s", t.LogicalID, i.Name)
		}
		names[i.Name] = true
	}
	for _, a := range t.Attributes {
		if defined[a.Name] {
			l.failf(line, "AttributeDefinitions has %s twice", a.Name)
		}
		if !slices.Contains(used, a.Name) {
			l.failf(line, "AttributeDefinitions has %s, which is no key of the table or an index", a.Name)
		}
		defined[a.Name] = true
	}
	for _, name := range used {
		if name != "" && !defined[name] {
			l.failf(line, "the key %s has no type: add it to AttributeDefinitions", name)
		}
	}
}
