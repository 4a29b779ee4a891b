package behaviour

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator makes random requests on a table of indexTable. The keys are few, so that requests meet the same items; expressions
// are valid and invalid.
type generator struct {
	*rand.Rand
	names, values map[string]any // of the expressions of the request in the making
}

// object is a JSON object.
type object = map[string]any

// request is one random request. A query on the table has its meaning in span too, for the model.
type request struct {
	operation string
	body      object
	span      span
}

// span is a range of the sort keys of one partition; after is the start key, or -1.
type span struct {
	pk                      string
	low, high, limit, after int
	backwards               bool
}

// one picks one of the choices.
func one[T any](g *generator, choices ...T) T { return choices[g.IntN(len(choices))] }

// chance is true in n of 100 cases.
func (g *generator) chance(n int) bool { return g.IntN(100) < n }

func text(v string) object      { return object{"S": v} }
func number(v any) object       { return object{"N": fmt.Sprint(v)} }
func (g *generator) pk() string { return fmt.Sprintf("p%d", g.IntN(8)) }
func (g *generator) key() object {
	return object{"pk": text(g.pk()), "sk": number(g.IntN(6))}
}

// request makes any request; simple ones are those that the model understands.
func (g *generator) request(simple bool) request {
	g.names, g.values = object{}, object{}
	r := request{body: object{"ReturnConsumedCapacity": "INDEXES"}}
	choices := 100
	if simple {
		choices = 60
	}
	switch n := g.IntN(choices); {
	case n < 20:
		r.operation, r.body["Item"] = "PutItem", g.item()
		g.conditional(r.body, simple, "ALL_OLD")
	case n < 30:
		r.operation, r.body["Key"] = "GetItem", g.key()
		r.body["ConsistentRead"] = g.chance(50)
		if !simple && g.chance(40) {
			r.body["ProjectionExpression"] = g.paths()
		}
	case n < 40:
		r.operation, r.body["Key"] = "DeleteItem", g.key()
		g.conditional(r.body, simple, "ALL_OLD")
	case n < 60:
		g.query(&r, simple)
	case n < 80:
		r.operation, r.body["Key"], r.body["UpdateExpression"] = "UpdateItem", g.key(), g.update()
		g.conditional(r.body, simple, one(g, "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"))
	case n < 84:
		g.scan(&r)
	case n < 88:
		r.operation, r.body["RequestItems"] = "BatchWriteItem", object{"$T": g.several(func() any {
			if g.chance(60) {
				return object{"PutRequest": object{"Item": g.item()}}
			}
			return object{"DeleteRequest": object{"Key": g.key()}}
		})}
	case n < 92:
		r.operation, r.body["RequestItems"] = "BatchGetItem", object{"$T": object{
			"Keys": g.several(func() any { return g.key() }), "ConsistentRead": g.chance(50)}}
	case n < 97:
		r.operation, r.body["TransactItems"] = "TransactWriteItems", g.several(g.action)
	default:
		r.operation, r.body["TransactItems"] = "TransactGetItems", g.several(func() any {
			return object{"Get": object{"TableName": "$T", "Key": g.key()}}
		})
	}
	g.arguments(r.body, simple)
	return r
}

func (g *generator) several(member func() any) []any {
	list := values(1 + g.IntN(4))
	for i := range list {
		list[i] = member()
	}
	return list
}

func values(n int) []any { return make([]any, n) }

// arguments gives the names and values to the request, unless right at times one too many or one too few.
func (g *generator) arguments(body object, right bool) {
	if !right && g.chance(2) && len(g.values) > 0 {
		g.values[":unused"] = number(1)
	}
	if !right && g.chance(2) {
		delete(g.values, ":v0")
	}
	if len(g.names) > 0 {
		body["ExpressionAttributeNames"] = g.names
	}
	if len(g.values) > 0 {
		body["ExpressionAttributeValues"] = g.values
	}
	g.names, g.values = object{}, object{}
}

func (g *generator) conditional(body object, simple bool, returned string) {
	if g.chance(50) {
		body["ReturnValues"] = returned
	}
	if !simple && g.chance(40) {
		body["ConditionExpression"] = g.condition(2)
	}
}

// action is a member of a write transaction.
func (g *generator) action() any {
	g.names, g.values = object{}, object{}
	body := object{"TableName": "$T"}
	kind := one(g, "Put", "Update", "Delete", "ConditionCheck")
	switch kind {
	case "Put":
		body["Item"] = g.item()
	case "Update":
		body["Key"], body["UpdateExpression"] = g.key(), g.update()
	default:
		body["Key"] = g.key()
	}
	if kind == "ConditionCheck" || g.chance(30) {
		body["ConditionExpression"] = one(g, "attribute_exists(pk)", "attribute_not_exists(pk)", g.condition(1))
	}
	if g.chance(30) {
		body["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
	}
	g.arguments(body, false)
	return object{kind: body}
}

func (g *generator) item() object {
	item := g.key()
	if g.chance(60) {
		item["g"] = text(fmt.Sprintf("g%d", g.IntN(3)))
	}
	if g.chance(60) {
		item["h"] = number(g.IntN(5))
	}
	for range g.IntN(5) {
		item[one(g, "a", "b", "c", "d", "name")] = g.value(2)
	}
	if g.chance(5) {
		item["big"] = text(strings.Repeat("x", g.IntN(6000)))
	}
	if g.chance(2) {
		item["h"] = g.value(0)
	}
	return item
}

func (g *generator) value(depth int) object {
	kinds := 11
	if depth == 0 {
		kinds = 9
	}
	switch g.IntN(kinds) {
	case 0, 1:
		return text(one(g, "", "a", "ab", "b", "zebra"))
	case 2, 3:
		return number(one(g, "0", "1", "-2", "3.5", "10", "1e10", "-0.25"))
	case 4:
		return object{"BOOL": g.chance(50)}
	case 5:
		return object{"NULL": true}
	case 6:
		return object{"B": one(g, "", "YQ==", "YWI=")}
	case 7:
		return object{"SS": one(g, []string{"a"}, []string{"a", "b"}, []string{"b", "c", "d"})}
	case 8:
		return object{"NS": one(g, []string{"1"}, []string{"1", "2"}, []string{"-2", "3.5"})}
	case 9:
		list := values(g.IntN(4))
		for i := range list {
			list[i] = g.value(depth - 1)
		}
		return object{"L": list}
	}
	m := object{}
	for range g.IntN(3) {
		m[one(g, "x", "y", "z")] = g.value(depth - 1)
	}
	return object{"M": m}
}

// path is a document path, at times of a reserved word or into nothing.
func (g *generator) path() string {
	p := one(g, "a", "b", "c", "d", "#n", "g", "h", "q")
	if g.chance(2) {
		p = one(g, "name", "pk", "#undefined")
	}
	if p == "#n" {
		g.names["#n"] = one(g, "name", "a")
	}
	for g.chance(25) && p != "g" && p != "h" && p != "pk" { // a path into a key is a case of its own
		p += one(g, ".x", ".y", "[0]", "[1]", "[7]")
	}
	return p
}

func (g *generator) paths() string {
	p := g.path()
	for g.chance(50) {
		p += ", " + g.path()
	}
	return p
}

// literal is a placeholder of a new value.
func (g *generator) literal() string { return g.literalOf(g.value(1)) }

func (g *generator) literalOf(v object) string {
	name := fmt.Sprintf(":v%d", len(g.values))
	g.values[name] = v
	return name
}

func (g *generator) operand() string {
	switch n := g.IntN(10); {
	case n < 5:
		return g.path()
	case n < 9:
		return g.literal()
	}
	return "size(" + g.path() + ")"
}

func (g *generator) condition(depth int) string {
	if depth > 0 && g.chance(40) {
		left := g.condition(depth - 1)
		switch g.IntN(4) {
		case 0:
			return "NOT " + left
		case 1:
			return "(" + left + ")"
		}
		return left + one(g, " AND ", " OR ") + g.condition(depth-1)
	}
	if g.chance(2) {
		return one(g, "a = ", "a == :v0", "maybe(a)", "", "size(a)", "a", ":v0 > a b")
	}
	switch g.IntN(9) {
	case 0:
		return "attribute_exists(" + g.path() + ")"
	case 1:
		return "attribute_not_exists(" + g.path() + ")"
	case 2:
		return fmt.Sprintf("attribute_type(%s, %s)", g.path(), g.literalOf(text(one(g, "S", "N", "SS", "M", "L", "NULL", "X"))))
	case 3:
		return fmt.Sprintf("begins_with(%s, %s)", g.path(), one(g, g.literalOf(text("a")), g.operand()))
	case 4:
		return fmt.Sprintf("contains(%s, %s)", g.path(), g.operand())
	case 5:
		return fmt.Sprintf("%s BETWEEN %s AND %s", g.operand(), g.literalOf(number(g.IntN(3))), g.literalOf(number(g.IntN(12))))
	case 6:
		return fmt.Sprintf("%s IN (%s, %s)", g.path(), g.operand(), g.literal())
	}
	return g.operand() + one(g, " = ", " <> ", " < ", " <= ", " > ", " >= ") + g.operand()
}

// update always sets or adds something: an update of a missing item that only removes is a known difference which would
// make later answers differ.
func (g *generator) update() string {
	var sections []string
	if g.chance(70) {
		sections = append(sections, "SET "+g.set())
		if g.chance(40) {
			sections[0] += ", " + g.set()
		}
	}
	if g.chance(30) {
		sections = append(sections, "REMOVE "+g.path())
	}
	if g.chance(25) {
		sections = append(sections, "ADD "+g.path()+" "+one(g, g.literalOf(number(1)), g.literal()))
	}
	if g.chance(15) {
		sections = append(sections, "DELETE "+g.path()+" "+one(g, g.literalOf(object{"SS": []string{"a"}}), g.literal()))
	}
	if g.chance(2) {
		sections = append(sections, one(g, "SET", "SET pk = a", "SET a = size(b)", "PUT a"))
	}
	if !strings.Contains(strings.Join(sections, " "), "SET ") && !strings.Contains(strings.Join(sections, " "), "ADD ") {
		sections = append(sections, "SET d = "+g.literal())
	}
	return strings.Join(sections, " ")
}

func (g *generator) set() string {
	p := g.path()
	if p == "g" {
		return "g = " + g.literalOf(text(fmt.Sprintf("g%d", g.IntN(3))))
	}
	switch g.IntN(6) {
	case 0:
		return p + " = " + g.path()
	case 1:
		return fmt.Sprintf("%s = %s %s %s", p, g.path(), one(g, "+", "-"), g.literalOf(number(g.IntN(5))))
	case 2:
		return fmt.Sprintf("%s = if_not_exists(%s, %s)", p, g.path(), g.operand())
	case 3:
		return fmt.Sprintf("%s = list_append(%s, %s)", p, g.path(), g.literalOf(object{"L": []any{number(1)}}))
	}
	return p + " = " + g.literal()
}

// query asks for a span of the table or, if not simple, for an index.
func (g *generator) query(r *request, simple bool) {
	s := span{pk: g.pk(), low: 0, high: 9, limit: g.IntN(5), after: -1, backwards: g.chance(40)}
	r.operation = "Query"
	r.body["ScanIndexForward"] = !s.backwards
	if s.limit > 0 {
		r.body["Limit"] = s.limit
	}
	if !simple && g.chance(40) {
		r.body["FilterExpression"] = g.condition(1)
	}
	if !simple && g.chance(40) {
		r.body["IndexName"] = one(g, "all", "keys", "some")
		r.body["KeyConditionExpression"] = "g = " + g.literalOf(text(fmt.Sprintf("g%d", g.IntN(3))))
		return
	}
	condition := "pk = " + g.literalOf(text(s.pk))
	n := g.IntN(6)
	switch one(g, "", "=", "<=", ">", "BETWEEN") {
	case "=":
		condition, s.low, s.high = condition+" AND sk = "+g.literalOf(number(n)), n, n
	case "<=":
		condition, s.high = condition+" AND sk <= "+g.literalOf(number(n)), n
	case ">":
		condition, s.low = condition+" AND sk > "+g.literalOf(number(n)), n+1
	case "BETWEEN":
		condition, s.low, s.high = fmt.Sprintf("%s AND sk BETWEEN %s AND %s", condition, g.literalOf(number(n)), g.literalOf(number(n+2))), n, n+2
	}
	if g.chance(20) && s.low == 0 && s.high == 9 {
		s.after = g.IntN(6)
		r.body["ExclusiveStartKey"] = object{"pk": text(s.pk), "sk": number(s.after)}
	}
	r.body["KeyConditionExpression"], r.span = condition, s
}

func (g *generator) scan(r *request) {
	r.operation = "Scan"
	if g.chance(50) {
		r.body["Limit"] = 1 + g.IntN(20)
	}
	if g.chance(50) {
		r.body["FilterExpression"] = g.condition(1)
	}
	if g.chance(30) {
		r.body["IndexName"] = one(g, "all", "keys", "some")
	}
}
