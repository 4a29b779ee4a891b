package dynamodb

import (
	"fmt"

	bolt "go.etcd.io/bbolt"

	"lyceum/local/dynamodb/internal/attr"
	"lyceum/local/dynamodb/internal/expr"
)

type (
	transactGetItemsInput struct {
		TransactItems          []transactGet
		ReturnConsumedCapacity string
	}
	transactGet struct {
		Get *struct {
			TableName                *string
			Key                      attr.Input
			ProjectionExpression     *string
			ExpressionAttributeNames map[string]string
		}
	}
	itemResponse struct {
		Item attr.Map `json:",omitzero"`
	}
	transactGetItemsOutput struct {
		Responses        []itemResponse
		ConsumedCapacity []*consumedCapacity `json:",omitempty"`
	}
)

func (c *call) transactGetItems(in *transactGetItemsInput) (*transactGetItemsOutput, error) {
	projections, err := in.check(c)
	if err != nil {
		return nil, err
	}
	asked := permissions{}
	gets := make([]*write, len(in.TransactItems))
	for i, item := range in.TransactItems {
		gets[i] = &write{tableName: *item.Get.TableName, key: item.Get.Key.Map}
		asked.add("GetItem", c.tableARN(*item.Get.TableName), gets[i].leadingKey(c))
	}
	if err := c.authorizeAll(asked); err != nil {
		return nil, err
	}
	if err := c.checkMembers(gets); err != nil {
		return nil, err
	}
	for i, g := range gets {
		if err := g.table.checkScalars(projections[i].Nested()); err != nil {
			return nil, err
		}
	}
	out := &transactGetItemsOutput{Responses: make([]itemResponse, len(gets))}
	used, size := ledger{}, 0
	err = c.db.View(func(tx *bolt.Tx) error {
		for i, g := range gets {
			item, err := g.table.get(tx, g.primary)
			if err != nil {
				return err
			}
			size += item.ItemSize()
			used.of(g.table).table += readUnits(item.ItemSize(), true)
			out.Responses[i].Item = projected(item, projections[i])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if size > maxTransactBytes {
		return nil, invalid("Collection size of items in transaction exceeds the limit of %d bytes", maxTransactBytes)
	}
	used.double()
	out.ConsumedCapacity = used.report(in.ReturnConsumedCapacity, transactionReads)
	return out, nil
}

// check validates the members up to what needs their tables, and returns their projections.
func (in *transactGetItemsInput) check(c *call) ([]expr.Projection, error) {
	var v violations
	v.returnCapacity(in.ReturnConsumedCapacity)
	v.members(len(in.TransactItems), in.TransactItems != nil)
	for i, item := range in.TransactItems {
		prefix := fmt.Sprintf("transactItems.%d.member.get", i+1)
		if v.required(prefix, item.Get != nil); item.Get == nil {
			continue
		}
		item.Get.TableName = c.tableName(item.Get.TableName)
		v.name(prefix+".tableName", item.Get.TableName)
		v.required(prefix+".key", item.Get.Key.Given())
	}
	if err := v.err(); err != nil {
		return nil, err
	}
	projections := make([]expr.Projection, len(in.TransactItems))
	for i, item := range in.TransactItems {
		if item.Get.Key.Err != nil {
			return nil, item.Get.Key.Err
		}
		var err error
		if projections[i], err = projectionOf(item.Get.ProjectionExpression, item.Get.ExpressionAttributeNames); err != nil {
			return nil, err
		}
	}
	return projections, nil
}
