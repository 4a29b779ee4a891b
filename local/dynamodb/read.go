package dynamodb

import (
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
		TableName                *string
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
	t, err := c.keyed("GetItem", *name, in.Key.Map)
	if err != nil {
		return nil, err
	}
	if err := t.checkScalars(projection.Nested()); err != nil {
		return nil, err
	}
	if err := c.current(t, in.ConsistentRead); err != nil {
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
	return &getItemOutput{projected(item, projection), used.report(*name, in.ReturnConsumedCapacity, plainUnits)}, nil
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
