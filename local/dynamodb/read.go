package dynamodb

import (
	"maps"
	"slices"

	bolt "go.etcd.io/bbolt"

	"lyceum/local/dynamodb/internal/attr"
	"lyceum/local/dynamodb/internal/expr"
)

// items is the bucket of a table's items; it is gone if the table was deleted since it was looked up.
func (t *table) bucket(tx *bolt.Tx, name []byte) (*bolt.Bucket, error) {
	if b := tx.Bucket(name); b != nil {
		return b, nil
	}
	return nil, errNoResource
}

// get reads one item, or nil.
func (t *table) get(tx *bolt.Tx, primary []byte) (attr.Map, error) {
	b, err := t.bucket(tx, t.items)
	if err != nil {
		return nil, err
	}
	data := b.Get(primary)
	if data == nil {
		return nil, nil
	}
	return attr.ParseItem(string(data))
}

type (
	getItemInput struct {
		TableName                string
		Key                      attr.Input
		ConsistentRead           bool
		ProjectionExpression     *string
		ExpressionAttributeNames map[string]string
		ReturnConsumedCapacity   string
	}
	getItemOutput struct {
		Item             attr.Map          `json:",omitzero"`
		ConsumedCapacity *consumedCapacity `json:",omitempty"`
	}
)

func (c *call) getItem(in *getItemInput) (*getItemOutput, error) {
	var v violations
	name := c.tableName(in.TableName)
	v.name("tableName", name)
	v.required("key", in.Key.Given())
	v.returnCapacity(in.ReturnConsumedCapacity)
	if err := v.err(); err != nil {
		return nil, err
	}
	if in.Key.Err != nil {
		return nil, in.Key.Err
	}
	projection, err := projectionOf(in.ProjectionExpression, in.ExpressionAttributeNames)
	if err != nil {
		return nil, err
	}
	t, err := c.keyed("GetItem", name, in.Key.Map)
	if err != nil {
		return nil, err
	}
	var item attr.Map
	err = c.db.View(func(tx *bolt.Tx) (err error) {
		item, err = t.get(tx, t.primaryKey(in.Key.Map))
		return err
	})
	if err != nil {
		return nil, err
	}
	used := consumption{table: readUnits(item.ItemSize(), in.ConsistentRead)}
	return &getItemOutput{projected(item, projection), used.report(name, in.ReturnConsumedCapacity, plainUnits)}, nil
}

// projected keeps an empty answer for an item that has none of the attributes, and none for an item that is missing.
func projected(item attr.Map, p expr.Projection) attr.Map {
	if item == nil || p == nil {
		return item
	}
	if kept := p.Apply(item); kept != nil {
		return kept
	}
	return attr.Map{}
}

// projectionOf parses a projection that shares its names with no other expression.
func projectionOf(src *string, names map[string]string) (expr.Projection, error) {
	if src == nil {
		if names != nil {
			return nil, invalid("ExpressionAttributeNames can only be specified when using expressions")
		}
		return nil, nil
	}
	scope, err := expr.NewScope(names, nil)
	if err != nil {
		return nil, err
	}
	p, err := scope.Projection(*src)
	if err != nil {
		return nil, err
	}
	return p, scope.Unused()
}

// keyed finds the table, asks for permission on the key and checks the key, in this order.
func (c *call) keyed(action, name string, key attr.Map) (*table, error) {
	t := c.table(name)
	var leading []string
	if t != nil {
		leading = []string{t.keys.leadingKey(key)}
	}
	if err := c.authorize(action, c.tableARN(name), leading...); err != nil {
		return nil, err
	}
	if t == nil {
		return nil, errNoResource
	}
	return t, t.checkKey(key)
}

// Limits of the calls that read several items.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
const (
	maxBatchGets       = 100
	maxBatchGetBytes   = 16 << 20
	maxTransactMembers = 100
	maxTransactBytes   = 4 << 20
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
	v.required("requestItems", in.RequestItems != nil)
	if in.RequestItems != nil && len(in.RequestItems) == 0 {
		v.add("'{}'", "requestItems", "have length greater than or equal to 1")
	}
	names := slices.Sorted(maps.Keys(in.RequestItems))
	total := 0
	for _, name := range names {
		of := in.RequestItems[name]
		if of == nil || len(of.Keys) == 0 {
			v.add("'[]'", "requestItems."+name+".member.keys", "have length greater than or equal to 1")
			continue
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
	name = c.tableName(name)
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
