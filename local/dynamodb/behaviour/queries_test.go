package behaviour

import (
	"fmt"
	"strings"
)

// query reads the case's own partition, which has the range keys -1, 1.5, 3 and 20: a key condition beyond the hash key, further
// members of the request, and what is wanted: an answer, an error, or the range keys found, in order.
func query(name, condition, arguments, more, want string) behaviour {
	text := "pk = :pk"
	if condition != "" {
		text += " AND " + condition
	}
	b := behaviour{name: name, exchange: exchange{
		`Query {` + expression("KeyConditionExpression", text, `{`+members(`":pk":{"S":"$K"}`, arguments)+`}`) + more + `}`, want,
	}}
	for _, sk := range []string{"3", "-1", "20", "1.5"} {
		b.given = append(b.given, numbered(sk))
	}
	if !strings.Contains(want, ":") {
		b.want = found(want, "")
	}
	return b
}

func numbered(sk string) string { return `{$pk,"sk":{"N":"` + sk + `"},"a":{"N":"` + sk + `"}}` }

// found is the answer of a query with these range keys and, unless empty, this last evaluated range key.
func found(keys, last string) string {
	var items []string
	for sk := range strings.FieldsSeq(keys) {
		items = append(items, numbered(sk))
	}
	if last != "" {
		last = `,"LastEvaluatedKey":{$pk,"sk":{"N":"` + last + `"}}`
	}
	return fmt.Sprintf(`{"Count":%d,"ScannedCount":%[1]d,"Items":[%s]%s}`, len(items), strings.Join(items, ","), last)
}

var queries = group{
	name:   "queries",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html",
	schema: rangeTable,
	cases: []behaviour{
		query("a query returns a partition in the order of the numbers", ``, ``, ``, "-1 1.5 3 20"),
		query("ScanIndexForward false turns the order", ``, ``, `,"ScanIndexForward":false`, "20 3 1.5 -1"),
		query("a range key can be equal", `sk = :s`, `":s":{"N":"1.50"}`, ``, "1.5"),
		query("a range key can be less", `sk < :s`, `":s":{"N":"3"}`, ``, "-1 1.5"),
		query("a range key can be less or equal", `sk <= :s`, `":s":{"N":"3"}`, ``, "-1 1.5 3"),
		query("a range key can be greater", `sk > :s`, `":s":{"N":"3"}`, ``, "20"),
		query("a range key can be greater or equal", `sk >= :s`, `":s":{"N":"3"}`, ``, "3 20"),
		query("a range key can be between", `sk BETWEEN :l AND :u`, `":l":{"N":"-1"},":u":{"N":"3"}`, ``, "-1 1.5 3"),
		query("a condition that nothing meets finds nothing", `sk > :s`, `":s":{"N":"99"}`, ``, ""),
		query("parentheses around a key condition are allowed", `(sk > :s)`, `":s":{"N":"3"}`, ``, "20"),
		query("the value may stand first in a key condition", `:s < sk`, `":s":{"N":"3"}`, ``, "20"),
		query("begins_with refuses a number key", `begins_with(sk, :s)`, `":s":{"N":"1"}`, ``,
			"ValidationException: Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"),
		query("bounds in the wrong order are refused", `sk BETWEEN :l AND :u`, `":l":{"N":"3"},":u":{"N":"1"}`, ``,
			"ValidationException: Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "+
				"lower bound operand: AttributeValue: {N:3}, upper bound operand: AttributeValue: {N:1}"),
		query("a key condition has the schema's type", `sk = :s`, `":s":{"S":"1"}`, ``,
			"ValidationException: One or more parameter values were invalid: Condition parameter type does not match schema type"),
		query("a key condition cannot be unequal", `sk <> :s`, `":s":{"N":"1"}`, ``,
			"ValidationException: Invalid operator used in KeyConditionExpression: <>"),
		query("a key condition takes no OR", `(sk = :s OR sk = :t)`, `":s":{"N":"1"},":t":{"N":"2"}`, ``,
			"ValidationException: Invalid operator used in KeyConditionExpression: OR"),
		query("a key condition takes no NOT", `NOT sk = :s`, `":s":{"N":"1"}`, ``,
			"ValidationException: Invalid operator used in KeyConditionExpression: NOT"),
		query("a key condition takes no IN", `sk IN (:s)`, `":s":{"N":"1"}`, ``,
			"ValidationException: Invalid operator used in KeyConditionExpression: IN"),
		query("a key condition takes no other function", `attribute_exists(sk)`, ``, ``,
			"ValidationException: Invalid operator used in KeyConditionExpression: attribute_exists"),
		query("a key condition names no other attribute", `a = :s`, `":s":{"N":"1"}`, ``,
			"ValidationException: Query condition missed key schema element: sk"),
		query("a key is named once", `sk > :s AND sk < :t`, `":s":{"N":"1"},":t":{"N":"2"}`, ``,
			"ValidationException: KeyConditionExpressions must only contain one condition per key"),
		{name: "a query needs the hash key", exchange: exchange{
			`Query {` + expression("KeyConditionExpression", "sk = :s", `{":s":{"N":"1"}}`) + `}`,
			"ValidationException: Query condition missed key schema element: pk"}},
		{name: "the hash key must be equal", exchange: exchange{
			`Query {` + expression("KeyConditionExpression", "pk > :s", `{":s":{"S":"1"}}`) + `}`,
			"ValidationException: Query key condition not supported"}},
		{name: "a query needs a key condition", exchange: exchange{`Query {}`,
			"ValidationException: Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."}},
		{name: "an empty key condition is refused", exchange: exchange{`Query {"KeyConditionExpression":""}`,
			"ValidationException: Invalid KeyConditionExpression: The expression can not be empty;"}},
		{name: "an empty hash key is refused in a query", exchange: exchange{
			`Query {` + expression("KeyConditionExpression", "pk = :p", `{":p":{"S":""}}`) + `}`,
			"ValidationException: One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"}},
		{name: "a query of a missing index is refused", exchange: exchange{
			`Query {"IndexName":"nope",` + expression("KeyConditionExpression", "pk = :p", `{":p":{"S":"x"}}`) + `}`,
			"ValidationException: The table does not have the specified index: nope"}},

		query("Limit ends a page with the key to go on from", ``, ``, `,"Limit":2`, found("-1 1.5", "1.5")),
		query("ExclusiveStartKey goes on behind it", ``, ``, `,"ExclusiveStartKey":{$pk,"sk":{"N":"1.5"}}`, "3 20"),
		query("ExclusiveStartKey need not exist", ``, ``, `,"ExclusiveStartKey":{$pk,"sk":{"N":"2"}}`, "3 20"),
		query("backwards, ExclusiveStartKey goes on before it", ``, ``, `,"ScanIndexForward":false,"ExclusiveStartKey":{$pk,"sk":{"N":"3"}}`, "1.5 -1"),
		query("a page that ends with the last item still names it", ``, ``, `,"Limit":4`, found("-1 1.5 3 20", "20")),
		query("behind the last item is an empty page", ``, ``, `,"Limit":4,"ExclusiveStartKey":{$pk,"sk":{"N":"20"}}`, ""),
		query("a Limit beyond the end names no last key", ``, ``, `,"Limit":5`, "-1 1.5 3 20"),
		query("Limit zero is refused", ``, ``, `,"Limit":0`,
			"ValidationException: 1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1"),
		query("a start key needs all key attributes", ``, ``, `,"ExclusiveStartKey":{$pk}`, "ValidationException: The provided starting key is invalid*"),
		query("a start key has the schema's types", ``, ``, `,"ExclusiveStartKey":{$pk,"sk":{"S":"1"}}`,
			"ValidationException: The provided starting key is invalid*"),
		query("a start key of another partition is refused", ``, ``, `,"ExclusiveStartKey":{"pk":{"S":"other"},"sk":{"N":"1"}}`,
			"ValidationException: The provided starting key is outside query boundaries based on provided conditions"),
		query("a start key outside the range condition is refused", `sk > :s`, `":s":{"N":"3"}`, `,"ExclusiveStartKey":{$pk,"sk":{"N":"1"}}`,
			"ValidationException: The provided starting key does not match the range key predicate"),

		query("a filter takes items away after they were counted", ``, `":f":{"N":"3"}`, `,"FilterExpression":"a >= :f"`,
			`{"Count":2,"ScannedCount":4,"Items":[`+numbered("3")+`,`+numbered("20")+`]}`),
		query("Limit counts items before the filter", ``, `":f":{"N":"20"}`, `,"FilterExpression":"a = :f","Limit":2`,
			`{"Count":0,"ScannedCount":2,"Items":[],"LastEvaluatedKey":{$pk,"sk":{"N":"1.5"}}}`),
		query("a filter refuses key attributes", ``, `":f":{"N":"1"}`, `,"FilterExpression":"sk > :f"`,
			"ValidationException: Filter Expression can only contain non-primary key attributes: Primary key attribute: sk"),
		query("Select COUNT returns no items", ``, ``, `,"Select":"COUNT"`, `{"Count":4,"ScannedCount":4}`),
		query("Select COUNT takes a filter", ``, `":f":{"N":"3"}`, `,"Select":"COUNT","FilterExpression":"a >= :f"`, `{"Count":2,"ScannedCount":4}`),
		query("Select COUNT takes no projection", ``, ``, `,"Select":"COUNT","ProjectionExpression":"a"`,
			"ValidationException: Cannot specify the ProjectionExpression when choosing to get *"),
		query("Select ALL_ATTRIBUTES takes no projection", ``, ``, `,"Select":"ALL_ATTRIBUTES","ProjectionExpression":"a"`,
			"ValidationException: Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES"),
		query("Select SPECIFIC_ATTRIBUTES needs a projection", ``, ``, `,"Select":"SPECIFIC_ATTRIBUTES"`,
			"ValidationException: Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"),
		query("Select ALL_PROJECTED_ATTRIBUTES is for indexes", ``, ``, `,"Select":"ALL_PROJECTED_ATTRIBUTES"`,
			"ValidationException: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"),
		query("Select outside the enumeration is refused", ``, ``, `,"Select":"NONE"`, "ValidationException: *elect*"),
		query("a projection applies after the filter", `sk < :s`, `":s":{"N":"0"},":f":{"N":"0"}`,
			`,"FilterExpression":"a < :f","ProjectionExpression":"sk"`,
			`{"Count":1,"ScannedCount":1,"Items":[{"sk":{"N":"-1"}}]}`),
		query("a value of any expression counts as used", `sk > :s`, `":s":{"N":"3"},":x":{"N":"1"}`, ``,
			"ValidationException: Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}"),
	},
}

var stringKeys = group{
	name:   "string range keys",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.String",
	schema: stringTable,
	cases: []behaviour{
		textQuery("string keys sort by UTF-8 bytes", ``, ``, "10|9|A|a|ab|é"),
		textQuery("begins_with finds string keys", `begins_with(sk, :s)`, `":s":{"S":"a"}`, "a|ab"),
		textQuery("between takes strings", `sk BETWEEN :l AND :u`, `":l":{"S":"9"},":u":{"S":"a"}`, "9|A|a"),
		textQuery("an empty prefix is refused in a key", `begins_with(sk, :s)`, `":s":{"S":""}`, "ValidationException: *empty string value. Key: sk"),
	},
}

// textQuery is query for the range keys 10, 9, A, a, ab and é; wanted are keys with | between them.
func textQuery(name, condition, arguments, want string) behaviour {
	b := query(name, condition, arguments, "", want)
	b.given = nil
	for _, sk := range []string{"ab", "a", "é", "A", "9", "10"} {
		b.given = append(b.given, `{$pk,"sk":{"S":"`+sk+`"}}`)
	}
	if !strings.Contains(want, ":") {
		keys := strings.Split(want, "|")
		b.want = fmt.Sprintf(`{"Count":%d,"ScannedCount":%[1]d,"Items":[{$pk,"sk":{"S":"%s"}}]}`, len(keys), strings.Join(keys, `"}},{$pk,"sk":{"S":"`))
	}
	return b
}
