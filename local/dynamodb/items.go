package dynamodb

import (
	bolt "go.etcd.io/bbolt"

	"lyceum/local/dynamodb/internal/attr"
	"lyceum/local/dynamodb/internal/expr"
)

type (
	// writeInput are the parameters that all writes of one item share, alone or as member of a transaction.
	writeInput struct {
		TableName                           *string
		ConditionExpression                 *string           `json:",omitempty"`
		ExpressionAttributeNames            map[string]string `json:",omitempty"`
		ExpressionAttributeValues           attr.Input        `json:",omitzero"`
		ReturnValuesOnConditionCheckFailure string            `json:",omitempty"`
	}
	// returnInput are the parameters of a single write that shape its answer.
	returnInput struct {
		ReturnValues                string
		ReturnConsumedCapacity      string
		ReturnItemCollectionMetrics string // only local secondary indexes have them, so there are none
	}
	putItemInput struct {
		writeInput
		returnInput
		Item attr.Input
	}
	updateItemInput struct {
		writeInput
		returnInput
		Key              attr.Input
		UpdateExpression *string
	}
	deleteItemInput struct {
		writeInput
		returnInput
		Key attr.Input
	}
	writeOutput struct {
		Attributes       attr.Map          `json:",omitzero"`
		ConsumedCapacity *consumedCapacity `json:",omitempty"`
	}
)

func (c *call) putItem(in *putItemInput) (*writeOutput, error) {
	w, err := c.prepare(&in.writeInput, &in.returnInput, "PutItem", "item", in.Item, nil)
	if err != nil {
		return nil, err
	}
	return c.writeOne(w, &in.returnInput)
}

func (c *call) updateItem(in *updateItemInput) (*writeOutput, error) {
	w, err := c.prepare(&in.writeInput, &in.returnInput, "UpdateItem", "key", in.Key, in.UpdateExpression)
	if err != nil {
		return nil, err
	}
	return c.writeOne(w, &in.returnInput)
}

func (c *call) deleteItem(in *deleteItemInput) (*writeOutput, error) {
	w, err := c.prepare(&in.writeInput, &in.returnInput, "DeleteItem", "key", in.Key, nil)
	if err != nil {
		return nil, err
	}
	return c.writeOne(w, &in.returnInput)
}

// prepare validates a single write up to what needs its table.
func (c *call) prepare(in *writeInput, returns *returnInput, action, member string, key attr.Input, update *string) (*write, error) {
	var v violations
	v.oneOf("returnValues", returns.ReturnValues, "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
	v.returnCapacity(returns.ReturnConsumedCapacity)
	v.oneOf("returnItemCollectionMetrics", returns.ReturnItemCollectionMetrics, "SIZE", "NONE")
	in.check(c, &v, "", member, key)
	if err := v.err(); err != nil {
		return nil, err
	}
	if r := returns.ReturnValues; action != "UpdateItem" && r != "" && r != "NONE" && r != "ALL_OLD" {
		return nil, invalid("ReturnValues can only be ALL_OLD or NONE")
	}
	return in.write(action, key, update)
}

// check collects broken constraints. Prefix leads to a member of a transaction.
func (in *writeInput) check(c *call, v *violations, prefix, member string, key attr.Input) {
	in.TableName = c.tableName(in.TableName)
	v.name(prefix+"tableName", in.TableName)
	v.required(prefix+member, key.Given())
	v.oneOf(prefix+"returnValuesOnConditionCheckFailure", in.ReturnValuesOnConditionCheckFailure, "ALL_OLD", "NONE")
}

// write parses the expressions.
func (in *writeInput) write(action string, key attr.Input, update *string) (*write, error) {
	if key.Err != nil {
		return nil, key.Err
	}
	without := "ConditionExpression is null"
	if action == "UpdateItem" {
		without = "UpdateExpression and ConditionExpression are null"
	}
	has := in.ConditionExpression != nil || update != nil
	scope, err := newScope(in.ExpressionAttributeNames, in.ExpressionAttributeValues, without, has, false)
	if err != nil {
		return nil, err
	}
	w := &write{action: action, tableName: *in.TableName, key: key.Map, returnOld: in.ReturnValuesOnConditionCheckFailure == "ALL_OLD"}
	switch {
	case action == "PutItem":
		w.item = key.Map
	case action == "UpdateItem" && update == nil:
		w.update = &expr.Update{}
	case update != nil:
		if w.update, err = scope.Update(*update); err != nil {
			return nil, err
		}
	}
	if in.ConditionExpression != nil {
		if w.condition, err = scope.Condition(expr.ConditionExpression, *in.ConditionExpression); err != nil {
			return nil, err
		}
	}
	if scope == nil {
		return w, nil
	}
	return w, scope.Unused()
}

func (c *call) writeOne(w *write, returns *returnInput) (*writeOutput, error) {
	if err := c.authorize(w.action, c.tableARN(w.tableName), w.leadingKey(c)); err != nil {
		return nil, err
	}
	if err := w.find(c); err != nil {
		return nil, err
	}
	if err := w.check(); err != nil {
		return nil, err
	}
	var used consumption
	var made changes
	err := c.commit(w, func(tx *bolt.Tx) (err error) {
		made, err = w.apply(c, tx, &used)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &writeOutput{w.returned(made, returns.ReturnValues), used.report(w.tableName, returns.ReturnConsumedCapacity, plainUnits)}, nil
}

// returned selects the attributes of an answer. UPDATED_ values are the paths that the expression names.
func (w *write) returned(made changes, values string) attr.Map {
	switch values {
	case "ALL_OLD":
		return made.before
	case "ALL_NEW":
		return made.after
	case "UPDATED_OLD", "UPDATED_NEW":
		paths := expr.Projection(w.update.Paths())
		if len(paths) == 0 {
			return nil
		}
		if values == "UPDATED_OLD" {
			return paths.Apply(made.before)
		}
		return paths.Apply(made.after)
	}
	return nil
}
