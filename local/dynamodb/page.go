package dynamodb

import (
	"bytes"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"lyceum/local/dynamodb/internal/attr"
	"lyceum/local/dynamodb/internal/expr"
)

// maxPageBytes is how much Query and Scan read, before filtering, until they stop behind the item that reaches it.
const maxPageBytes = 1 << 20

type (
	// pageInput are the parameters that Query and Scan share.
	pageInput struct {
		TableName                 *string
		IndexName                 *string
		ConsistentRead            bool
		ExclusiveStartKey         attr.Input
		ExpressionAttributeNames  map[string]string
		ExpressionAttributeValues attr.Input
		FilterExpression          *string
		Limit                     *int64
		ProjectionExpression      *string
		ReturnConsumedCapacity    string
		Select                    string
	}
	pageOutput struct {
		Items            []attr.Map `json:",omitzero"` // absent when only counting
		Count            int
		ScannedCount     int
		LastEvaluatedKey attr.Map          `json:",omitempty"`
		ConsumedCapacity *consumedCapacity `json:",omitempty"`
	}
)

// page is a prepared Query or Scan.
type page struct {
	table      *table
	index      *index // nil for the table itself
	keys       keySchema
	bucket     []byte
	low, high  []byte // stored keys from low to before high; nil is no bound
	backwards  bool
	filter     *expr.Condition
	projection expr.Projection
}

// check validates what needs no table. It adds to broken constraints found before.
func (in *pageInput) check(c *call, v violations) error {
	in.TableName = c.tableName(in.TableName)
	v.name("tableName", in.TableName)
	if in.IndexName != nil {
		v.name("indexName", in.IndexName)
	}
	v.oneOf("select", in.Select, "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
	v.returnCapacity(in.ReturnConsumedCapacity)
	if err := v.err(); err != nil {
		return err
	}
	if in.ExclusiveStartKey.Err != nil {
		return invalid("The provided starting key is invalid: %s", in.ExclusiveStartKey.Err)
	}
	specific := in.Select == "SPECIFIC_ATTRIBUTES"
	switch projects := in.ProjectionExpression != nil; {
	case specific && !projects:
		return invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case projects && in.Select == "COUNT":
		return invalid("Cannot specify the ProjectionExpression when choosing to get only the Count")
	case projects && in.Select != "" && !specific:
		return invalid("Cannot specify the ProjectionExpression when choosing to get %s", in.Select)
	case in.Select == "ALL_PROJECTED_ATTRIBUTES" && in.IndexName == nil:
		return invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	}
	return nil
}

// page parses the expressions. The scope is nil if there are none.
func (in *pageInput) page(without string, hasExpression bool) (*page, *expr.Scope, error) {
	p := &page{}
	hasExpression = hasExpression || in.FilterExpression != nil
	scope, err := newScope(in.ExpressionAttributeNames, in.ExpressionAttributeValues, without, hasExpression, in.ProjectionExpression != nil)
	if err != nil || scope == nil {
		return p, nil, err
	}
	if in.FilterExpression != nil {
		if p.filter, err = scope.Condition(expr.FilterExpression, *in.FilterExpression); err != nil {
			return nil, nil, err
		}
	}
	if in.ProjectionExpression != nil {
		if p.projection, err = scope.Projection(*in.ProjectionExpression); err != nil {
			return nil, nil, err
		}
	}
	return p, scope, nil
}

// newScope refuses names and values that no expression could use. It is nil if there is no expression.
func newScope(names map[string]string, values attr.Input, without string, takesValues, takesNames bool) (*expr.Scope, error) {
	if values.Given() && !takesValues {
		return nil, invalid("ExpressionAttributeValues can only be specified when using expressions: %s", without)
	}
	if !takesNames && !takesValues {
		if names != nil {
			return nil, invalid("ExpressionAttributeNames can only be specified when using expressions")
		}
		return nil, nil
	}
	if values.Err != nil {
		return nil, invalid("ExpressionAttributeValues contains invalid value: %s for key %s", values.Err, values.Name)
	}
	return expr.NewScope(names, values.Map)
}

// resolve finds table and index, asks for permission and checks what depends on the schema.
func (in *pageInput) resolve(c *call, p *page, leadingKeys ...string) error {
	arn := c.tableARN(*in.TableName)
	if in.IndexName != nil {
		arn = c.indexARN(*in.TableName, *in.IndexName)
	}
	if err := c.authorize(c.operation, arn, leadingKeys...); err != nil {
		return err
	}
	t := c.table(*in.TableName)
	if t == nil {
		return errNoResource
	}
	p.table, p.keys, p.bucket = t, t.keys, t.items
	if in.IndexName != nil {
		if p.index = t.index(*in.IndexName); p.index == nil {
			return invalid("The table does not have the specified index: %s", *in.IndexName)
		}
		p.keys, p.bucket = p.index.keys, p.index.bucket
		if err := in.checkIndex(p); err != nil {
			return err
		}
	}
	if err := t.checkScalars(append(p.projection.Nested(), p.filter.Nested()...)); err != nil {
		return err
	}
	if c.operation == "Query" && p.filter != nil {
		for _, name := range p.filter.Roots() {
			if p.keys.has(name) {
				return invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", name)
			}
		}
	}
	return nil
}

// checkIndex refuses what a global secondary index cannot do.
func (in *pageInput) checkIndex(p *page) error {
	x := p.index
	if in.ConsistentRead {
		return invalid("Consistent reads are not supported on global secondary indexes")
	}
	if x.kept == nil {
		return nil
	}
	if in.Select == "ALL_ATTRIBUTES" {
		return invalid("One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index %s "+
			"because its projection type is not ALL", x.Name)
	}
	notKept := func(name string) bool { return !x.kept[name] }
	if missing := slices.Compact(filter(p.projection.Roots(), notKept)); len(missing) > 0 {
		return invalid("One or more parameter values were invalid: Global secondary index %s does not project [%s]", x.Name, strings.Join(missing, ", "))
	}
	if p.filter != nil {
		if missing := slices.Compact(filter(p.filter.Roots(), notKept)); len(missing) > 0 {
			return invalid("One or more parameter values were invalid: Secondary index %s does not project one or more filter attributes: [%s]",
				x.Name, strings.Join(missing, ", "))
		}
	}
	return nil
}

func filter(names []string, keep func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !keep(name) })
}

// lastKeys are the attributes of a LastEvaluatedKey: the index key, if any, and the primary key.
func (p *page) lastKeys() keySchema {
	all := slices.Clone(p.table.keys)
	if p.index != nil {
		for _, k := range p.index.keys {
			if !all.has(k.name) {
				all = append(all, k)
			}
		}
	}
	return all
}

// run reads the page.
func (in *pageInput) run(c *call, p *page) (*pageOutput, error) {
	out := &pageOutput{Items: []attr.Map{}}
	size := 0
	if err := c.current(p.table, in.ConsistentRead); err != nil {
		return nil, err
	}
	err := c.db.View(func(tx *bolt.Tx) error {
		b, err := p.table.bucket(tx, p.bucket)
		if err != nil {
			return err
		}
		return p.each(b.Cursor(), func(item attr.Map) (more bool, err error) {
			out.ScannedCount++
			size += item.ItemSize()
			ok, err := p.filter.Holds(item)
			if err != nil {
				return false, err
			}
			if ok {
				out.Count++
				if in.Select != "COUNT" {
					out.Items = append(out.Items, projected(item, p.projection))
				}
			}
			if in.Limit != nil && out.ScannedCount == int(*in.Limit) || size > maxPageBytes {
				out.LastEvaluatedKey = p.lastKeys().only(item)
				return false, nil
			}
			return true, nil
		})
	})
	if in.Select == "COUNT" {
		out.Items = nil
	}
	used := consumption{}
	if units := readUnits(size, in.ConsistentRead); p.index != nil {
		used.chargeIndex(p.index.Name, units)
	} else {
		used.table = units
	}
	out.ConsumedCapacity = used.report(p.table.Name, in.ReturnConsumedCapacity, plainUnits)
	return out, err
}

// each visits the items of the range in order until visit has enough.
func (p *page) each(cursor *bolt.Cursor, visit func(attr.Map) (more bool, err error)) error {
	var key, data []byte
	step := cursor.Next
	if p.backwards {
		step = cursor.Prev
		if key, _ = cursor.Seek(p.high); key == nil || p.high == nil {
			key, data = cursor.Last()
		} else {
			key, data = cursor.Prev()
		}
	} else {
		key, data = cursor.Seek(p.low)
	}
	for ; key != nil; key, data = step() {
		if bytes.Compare(key, p.low) < 0 || p.high != nil && bytes.Compare(key, p.high) >= 0 {
			return nil
		}
		item, err := attr.ParseItem(string(data))
		if err != nil {
			return err
		}
		if more, err := visit(item); err != nil || !more {
			return err
		}
	}
	return nil
}
