package dynamodb

import (
	"bytes"
	"encoding/binary"

	"lyceum/local/dynamodb/internal/attr"
	"lyceum/local/dynamodb/internal/expr"
)

type (
	queryInput struct {
		pageInput
		KeyConditionExpression *string
		ScanIndexForward       *bool
	}
	scanInput struct {
		pageInput
		Segment, TotalSegments *int64
	}
)

func (c *call) query(in *queryInput) (*pageOutput, error) {
	var v violations
	if in.Limit != nil && *in.Limit < 1 {
		v.valueless("Limit", "have value greater than or equal to 1")
	}
	if err := in.check(c, v); err != nil {
		return nil, err
	}
	if in.KeyConditionExpression == nil {
		return nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	p, scope, err := in.page("KeyConditionExpression is null", true)
	if err != nil {
		return nil, err
	}
	conditions, err := scope.KeyConditions(*in.KeyConditionExpression)
	if err != nil {
		return nil, err
	}
	if err := scope.Unused(); err != nil {
		return nil, err
	}
	if err := in.resolve(c, p, in.leadingKey(c, conditions)...); err != nil {
		return nil, err
	}
	p.backwards = in.ScanIndexForward != nil && !*in.ScanIndexForward
	partition, err := p.bound(conditions)
	if err != nil {
		return nil, err
	}
	if err := p.startAfter(in.ExclusiveStartKey.Map, partition); err != nil {
		return nil, err
	}
	return in.run(c, p)
}

// leadingKey is the partition key value that a query names, for policies; none when it names none.
func (in *queryInput) leadingKey(c *call, conditions []expr.KeyCondition) []string {
	t := c.table(*in.TableName)
	if t == nil {
		return nil
	}
	keys := t.keys
	if in.IndexName != nil {
		if x := t.index(*in.IndexName); x != nil {
			keys = x.keys
		}
	}
	for _, k := range conditions {
		if k.Name == keys[0].name && k.Op == "=" {
			return []string{keys.leadingKey(attr.Map{k.Name: k.Values[0]})}
		}
	}
	return nil
}

func (c *call) scan(in *scanInput) (*pageOutput, error) {
	var v violations
	v.atLeast("limit", in.Limit, 1)
	v.atLeast("segment", in.Segment, 0)
	v.atMost("segment", in.Segment, 999_999)
	v.atLeast("totalSegments", in.TotalSegments, 1)
	v.atMost("totalSegments", in.TotalSegments, 1_000_000)
	if err := in.check(c, v); err != nil {
		return nil, err
	}
	switch {
	case in.Segment != nil && in.TotalSegments == nil:
		return nil, invalid("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case in.Segment == nil && in.TotalSegments != nil:
		return nil, invalid("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case in.Segment != nil && *in.Segment >= *in.TotalSegments:
		return nil, invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: %d is not less than TotalSegments: %d",
			*in.Segment, *in.TotalSegments)
	}
	p, scope, err := in.page("FilterExpression is null", false)
	if err != nil {
		return nil, err
	}
	if scope != nil {
		if err := scope.Unused(); err != nil {
			return nil, err
		}
	}
	if err := in.resolve(c, p); err != nil {
		return nil, err
	}
	if in.Segment != nil {
		p.low, p.high = segment(uint64(*in.Segment), uint64(*in.TotalSegments))
	}
	if err := p.startAfter(in.ExclusiveStartKey.Map, nil); err != nil {
		return nil, err
	}
	return in.run(c, p)
}

// segment divides the space of partition hashes, the first four bytes of every stored key.
func segment(number, total uint64) (low, high []byte) {
	edge := func(n uint64) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n<<32/total)) }
	if number > 0 {
		low = edge(number)
	}
	if number+1 < total {
		high = edge(number + 1)
	}
	return low, high
}

// bound turns key conditions into bounds of stored keys. It returns what all keys of the partition begin with.
func (p *page) bound(conditions []expr.KeyCondition) (partition []byte, err error) {
	byName := map[string]expr.KeyCondition{}
	for _, k := range conditions {
		byName[k.Name] = k
	}
	hash, ok := byName[p.keys[0].name]
	switch {
	case !ok:
		return nil, invalid("Query condition missed key schema element: %s", p.keys[0].name)
	case len(conditions) > len(p.keys):
		return nil, invalid("Query key condition not supported")
	case len(conditions) == 2 && byName[p.keys[1].name].Name == "":
		return nil, invalid("Query condition missed key schema element: %s", p.keys[1].name)
	case hash.Op != "=":
		return nil, invalid("Query key condition not supported")
	}
	for _, k := range p.keys {
		for _, v := range byName[k.name].Values {
			if v.Type() != k.kind {
				return nil, invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
			}
			if empty(v) {
				return nil, emptyKey(v, "Key: "+k.name)
			}
		}
	}
	partition = appendPartition(nil, hash.Values[0])
	p.low, p.high = partition, after(partition)
	if len(conditions) == 2 {
		p.narrow(partition, byName[p.keys[1].name])
	}
	return partition, nil
}

// narrow applies the condition on the sort key.
func (p *page) narrow(partition []byte, sort expr.KeyCondition) {
	at := func(v attr.Value) []byte { return attr.AppendKey(bytes.Clone(partition), v) }
	first := sort.Values[0]
	switch sort.Op {
	case "=":
		p.low, p.high = at(first), after(at(first))
	case "<":
		p.high = at(first)
	case "<=":
		p.high = after(at(first))
	case ">":
		p.low = after(at(first))
	case ">=":
		p.low = at(first)
	case "BETWEEN":
		p.low, p.high = at(first), after(at(sort.Values[1]))
	case "begins_with":
		p.low = attr.AppendKeyPrefix(bytes.Clone(partition), first)
		p.high = after(p.low)
	}
}

// after is the smallest key greater than all that begin with prefix; nil is the end of everything.
func after(prefix []byte) []byte {
	next := bytes.Clone(prefix)
	for i := len(next) - 1; i >= 0; i-- {
		if next[i]++; next[i] != 0 {
			return next[:i+1]
		}
	}
	return nil
}

// startAfter moves the bounds behind the start key, which must lie within them. partition is nil for a scan.
func (p *page) startAfter(start attr.Map, partition []byte) error {
	if start == nil {
		return nil
	}
	wanted := p.lastKeys()
	if len(start) != len(wanted) {
		return errStartKey
	}
	for _, k := range wanted {
		if v := start[k.name]; v == nil || v.Type() != k.kind {
			return errStartKey
		}
	}
	at := p.table.primaryKey(start)
	if p.index != nil {
		at = p.index.entryKey(start, at)
	}
	within := bytes.Compare(at, p.low) >= 0 && (p.high == nil || bytes.Compare(at, p.high) < 0)
	switch {
	case within && p.backwards:
		p.high = at
	case within:
		p.low = append(at, 0)
	case partition == nil:
		return invalid("The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment.")
	case bytes.HasPrefix(at, partition):
		return invalid("The provided starting key does not match the range key predicate")
	default:
		return invalid("The provided starting key is outside query boundaries based on provided conditions")
	}
	return nil
}

const errStartKey = attr.Invalid("The provided starting key is invalid: The provided key element does not match the schema")
