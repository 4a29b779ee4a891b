package behaviour

import "strings"

// update applies an update expression to the item {$pk, attributes}, or to a missing item, and wants the new attributes.
func update(name, attributes, text, arguments, want string) behaviour {
	if want == "" || strings.HasPrefix(want, `"`) {
		want = `{"Attributes":{` + members("$pk", want) + `}}`
	}
	b := behaviour{name: name, exchange: exchange{
		`UpdateItem {"Key":{$pk},"ReturnValues":"ALL_NEW",` + expression("UpdateExpression", text, arguments) + `}`, want,
	}}
	if attributes != "" {
		b.given = []string{"{$pk," + attributes + "}"}
	}
	return b
}

// condition judges an expression on the item {$pk, attributes}, first as the filter of a query, then as the condition of a
// deletion. Wanted is true, false or an error, in which ConditionExpression is the name of the parameter.
func condition(name, attributes, text, arguments, want string) behaviour {
	filtered := strings.ReplaceAll(want, "ConditionExpression", "FilterExpression")
	deleted := want
	switch want {
	case "true":
		filtered, deleted = `{"Count":1,"ScannedCount":1,"...":""}`, `{}`
	case "false":
		filtered, deleted = `{"Count":0,"ScannedCount":1,"...":""}`, `ConditionalCheckFailedException: The conditional request failed`
	}
	withKey := `{":pk":{"S":"$K"}}`
	if arguments != "" {
		withKey = `{":pk":{"S":"$K"},` + strings.TrimPrefix(arguments, "{")
	}
	return behaviour{name: name, given: []string{"{" + members("$pk", attributes) + "}"}, exchange: exchange{
		`Query {"KeyConditionExpression":"pk = :pk",` + expression("FilterExpression", text, withKey) + `}`, filtered,
	}, then: []exchange{{`DeleteItem {"Key":{$pk},` + expression("ConditionExpression", text, arguments) + `}`, deleted}}}
}

// projection reads an item through a projection expression and wants these attributes.
func projection(name, attributes, text, arguments, want string) behaviour {
	if want == "" || strings.HasPrefix(want, `"`) {
		want = `{"Item":{` + want + `}}`
	}
	return behaviour{name: name, given: []string{"{" + members("$pk", attributes) + "}"}, exchange: exchange{
		`GetItem {"Key":{$pk},` + expression("ProjectionExpression", text, arguments) + `}`, want,
	}}
}

func members(first, more string) string {
	if more == "" {
		return first
	}
	return first + "," + more
}
