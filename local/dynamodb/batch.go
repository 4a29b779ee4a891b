package dynamodb

import (
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"lyceum/local/dynamodb/internal/attr"
	"lyceum/local/dynamodb/internal/expr"
)

// Limits of batches.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	maxBatchGets     = 100
	maxBatchGetBytes = 16 << 20
	maxBatchWrites   = 25
)

type (
	batchGetItemInput struct {
		RequestItems           map[string]*keysAndAttributes
		ReturnConsumedCapacity string
	}
	keysAndAttributes struct {
		Keys                     []attr.Input
		ConsistentRead           bool              `json:",omitzero"`
		ProjectionExpression     *string           `json:",omitempty"`
		ExpressionAttributeNames map[string]string `json:",omitempty"`
	}
	batchGetItemOutput struct {
		Responses        map[string][]attr.Map
		UnprocessedKeys  map[string]*keysAndAttributes
		ConsumedCapacity []*consumedCapacity `json:",omitempty"`
	}
)

func (c *call) batchGetItem(in *batchGetItemInput) (*batchGetItemOutput, error) {
	var v violations
	v.returnCapacity(in.ReturnConsumedCapacity)
	if len(in.RequestItems) == 0 {
		return nil, noRequests(c.operation)
	}
	names := sortedNames(in.RequestItems)
	total := 0
	for _, name := range names {
		of := in.RequestItems[name]
		if of == nil || len(of.Keys) == 0 {
			v.add("'[]'", "requestItems."+name+".member.keys", "have length greater than or equal to 1")
			continue
		}
		if len(of.Keys) > maxBatchGets {
			v.valueless("RequestItems."+name+".member.Keys", fmt.Sprintf("have length less than or equal to %d", maxBatchGets))
		}
		total += len(of.Keys)
	}
	if err := v.err(); err != nil {
		return nil, err
	}
	if total > maxBatchGets {
		return nil, invalid("Too many items requested for the BatchGetItem call")
	}
	tables, projections := map[string]*table{}, map[string]expr.Projection{}
	for _, name := range names {
		var err error
		if projections[name], err = in.RequestItems[name].projection(); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		var err error
		if tables[name], err = c.batchTable(name, in.RequestItems[name].Keys); err != nil {
			return nil, err
		}
		if err := tables[name].checkScalars(projections[name].Nested()); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		if err := c.current(tables[name], in.RequestItems[name].ConsistentRead); err != nil {
			return nil, err
		}
	}
	out := &batchGetItemOutput{Responses: map[string][]attr.Map{}, UnprocessedKeys: map[string]*keysAndAttributes{}}
	used, size := ledger{}, 0
	err := c.db.View(func(tx *bolt.Tx) error {
		for _, name := range names {
			of, t := in.RequestItems[name], tables[name]
			out.Responses[name] = []attr.Map{}
			for i, key := range of.Keys {
				item, err := t.get(tx, t.primaryKey(key.Map))
				if err != nil {
					return err
				}
				if size += item.ItemSize(); size > maxBatchGetBytes {
					rest := *of
					rest.Keys = of.Keys[i:]
					out.UnprocessedKeys[name] = &rest
					break
				}
				used.of(t).table += readUnits(item.ItemSize(), of.ConsistentRead)
				if item != nil {
					out.Responses[name] = append(out.Responses[name], projected(item, projections[name]))
				}
			}
		}
		return nil
	})
	out.ConsumedCapacity = used.report(in.ReturnConsumedCapacity, plainUnits)
	return out, err
}

func (k *keysAndAttributes) projection() (expr.Projection, error) {
	for _, key := range k.Keys {
		if key.Err != nil {
			return nil, key.Err
		}
	}
	return projectionOf(k.ProjectionExpression, k.ExpressionAttributeNames)
}

// batchTable asks for permission on a table's keys, and checks that they are good and distinct.
func (c *call) batchTable(name string, keys []attr.Input) (*table, error) {
	name = *c.tableName(&name)
	t := c.table(name)
	var leading []string
	if t != nil {
		for _, key := range keys {
			leading = append(leading, t.keys.leadingKey(key.Map))
		}
	}
	if err := c.authorize("BatchGetItem", c.tableARN(name), leading...); err != nil {
		return nil, err
	}
	if t == nil {
		return nil, errNoResource
	}
	seen := map[string]bool{}
	for _, key := range keys {
		if err := t.checkKey(key.Map); err != nil {
			return nil, err
		}
		primary := string(t.primaryKey(key.Map))
		if seen[primary] {
			return nil, errDuplicateKeys
		}
		seen[primary] = true
	}
	return t, nil
}

const errDuplicateKeys = attr.Invalid("Provided list of item keys contains duplicates")

type (
	batchWriteItemInput struct {
		RequestItems                map[string][]writeRequest
		ReturnConsumedCapacity      string
		ReturnItemCollectionMetrics string
	}
	writeRequest struct {
		PutRequest    *struct{ Item attr.Input }
		DeleteRequest *struct{ Key attr.Input }
	}
	batchWriteItemOutput struct {
		UnprocessedItems map[string][]writeRequest
		ConsumedCapacity []*consumedCapacity `json:",omitempty"`
	}
)

func (c *call) batchWriteItem(in *batchWriteItemInput) (*batchWriteItemOutput, error) {
	writes, err := in.writes(c)
	if err != nil {
		return nil, err
	}
	asked := permissions{}
	for _, w := range writes {
		asked.add("BatchWriteItem", c.tableARN(w.tableName), w.leadingKey(c))
	}
	if err := c.authorizeAll(asked); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, w := range writes {
		if err := w.find(c); err != nil {
			return nil, err
		}
		if err := w.check(); err != nil {
			return nil, err
		}
		at := w.tableName + "\x00" + string(w.primary)
		if seen[at] {
			return nil, errDuplicateKeys
		}
		seen[at] = true
	}
	used := ledger{}
	strong := func(w *write) bool { return w.table.Global == Strong }
	for _, w := range writes {
		if !strong(w) {
			continue
		}
		err := c.commit(w, func(tx *bolt.Tx) error {
			_, err := w.apply(c, tx, used.of(w.table))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	err = c.update(func(tx *bolt.Tx) error {
		for _, w := range slices.DeleteFunc(writes, strong) {
			if _, err := w.apply(c, tx, used.of(w.table)); err != nil {
				return err
			}
		}
		return nil
	})
	return &batchWriteItemOutput{map[string][]writeRequest{}, used.report(in.ReturnConsumedCapacity, plainUnits)}, err
}

// writes validates the batch up to what needs its tables.
func (in *batchWriteItemInput) writes(c *call) ([]*write, error) {
	var v violations
	v.returnCapacity(in.ReturnConsumedCapacity)
	v.oneOf("returnItemCollectionMetrics", in.ReturnItemCollectionMetrics, "SIZE", "NONE")
	if len(in.RequestItems) == 0 {
		return nil, noRequests(c.operation)
	}
	var writes []*write
	total := 0
	for _, name := range sortedNames(in.RequestItems) {
		requests := in.RequestItems[name]
		if len(requests) == 0 {
			v.add("'[]'", "requestItems."+name+".member", "have length greater than or equal to 1")
		}
		if len(requests) > maxBatchWrites {
			return nil, invalid("1 validation error detected: Value '{%s=[%d requests]}' at 'requestItems' failed to satisfy constraint: Map value must "+
				"satisfy constraint: [Member must have length less than or equal to %d, Member must have length greater than or equal to 1]",
				name, len(requests), maxBatchWrites)
		}
		total += len(requests)
		for i, r := range requests {
			w := &write{tableName: *c.tableName(&name)}
			var key attr.Input
			at := fmt.Sprintf("requestItems.%s.member.%d.member.", name, i+1)
			switch {
			case (r.PutRequest == nil) == (r.DeleteRequest == nil):
				return nil, invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
			case r.PutRequest != nil:
				key = r.PutRequest.Item
				w.action, w.item = "PutItem", key.Map
				v.required(at+"putRequest.item", key.Given())
			default:
				key = r.DeleteRequest.Key
				w.action = "DeleteItem"
				v.required(at+"deleteRequest.key", key.Given())
			}
			if key.Err != nil {
				return nil, key.Err
			}
			w.key = key.Map
			writes = append(writes, w)
		}
	}
	if err := v.err(); err != nil {
		return nil, err
	}
	if total > maxBatchWrites {
		return nil, invalid("Too many items requested for the BatchWriteItem call")
	}
	return writes, nil
}
