package behaviour

import "strings"

const (
	cancelled = "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons "
	twice     = "ValidationException: Transaction request cannot include multiple operations on one item"
	none      = `{"Code":"None"}`
	failed    = `{"Code":"ConditionalCheckFailed","Message":"The conditional request failed"}`
)

// write is a transaction of these actions, such as `"Put":{"Item":{$pk}}`; their TableName is added.
func write(actions ...string) string { return transact("TransactWriteItems", "", actions) }

// read is a transaction of Gets such as `"Get":{"Key":{$pk}}`.
func read(gets ...string) string { return transact("TransactGetItems", "", gets) }

func transact(operation, more string, actions []string) string {
	parts := make([]string, len(actions))
	for i, action := range actions {
		parts[i] = "{" + strings.Replace(action, ":{", `:{"TableName":"$T",`, 1) + "}"
	}
	return operation + ` {"TransactItems":[` + strings.Join(parts, ",") + `]` + more + `}`
}

// many makes n actions from a text in which %d is their number.
func many(n int, action string) []string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = strings.ReplaceAll(action, "%d", strings.Repeat("i", i+1))
	}
	return parts
}

var transactions = group{
	name:   "transactions",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html",
	schema: hashTable,
	cases: []behaviour{
		{name: "a transaction puts, updates, deletes and checks", given: []string{`{"pk":{"S":"$Ku"},"n":{"N":"1"}}`, `{"pk":{"S":"$Kd"}}`,
			`{"pk":{"S":"$Kc"}}`},
			exchange: exchange{write(`"Put":{"Item":{$pk}}`,
				`"Update":{"Key":{"pk":{"S":"$Ku"}},`+expression("UpdateExpression", "ADD n :v", `{":v":{"N":"1"}}`)+`}`,
				`"Delete":{"Key":{"pk":{"S":"$Kd"}}}`,
				`"ConditionCheck":{"Key":{"pk":{"S":"$Kc"}},"ConditionExpression":"attribute_exists(pk)"}`), `{}`},
			then: []exchange{{read(`"Get":{"Key":{$pk}}`, `"Get":{"Key":{"pk":{"S":"$Ku"}}}`, `"Get":{"Key":{"pk":{"S":"$Kd"}}}`),
				`{"Responses":[{"Item":{$pk}},{"Item":{"pk":{"S":"$Ku"},"n":{"N":"2"}}},{}]}`}}},
		{name: "one failing condition cancels everything", exchange: exchange{write(`"Put":{"Item":{$pk}}`,
			`"Put":{"Item":{"pk":{"S":"$Kb"}},"ConditionExpression":"attribute_exists(pk)"}`), cancelled + "[None, ConditionalCheckFailed]"},
			then: []exchange{{`GetItem {"Key":{$pk}}`, `{}`}}},
		{name: "cancellation reasons come in the order of the actions", exchange: exchange{write(
			`"ConditionCheck":{"Key":{"pk":{"S":"$Ka"}},"ConditionExpression":"attribute_exists(pk)"}`,
			`"Put":{"Item":{"pk":{"S":"$Kb"}}}`,
			`"Delete":{"Key":{"pk":{"S":"$Kc"}},"ConditionExpression":"attribute_exists(pk)"}`),
			cancelled + "[ConditionalCheckFailed, None, ConditionalCheckFailed]"}},
		{name: "cancellation reasons are members of the error", exchange: exchange{write(
			`"Put":{"Item":{"pk":{"S":"$Kb"}}}`,
			`"Delete":{"Key":{"pk":{"S":"$Kc"}},"ConditionExpression":"attribute_exists(pk)"}`),
			`!{"CancellationReasons":[` + none + `,` + failed + `],"...":""}`}},
		{name: "ALL_OLD puts the item into the cancellation reason", given: []string{`{$pk,"v":{"N":"7"}}`}, exchange: exchange{write(
			`"Put":{"Item":{$pk},"ConditionExpression":"attribute_not_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`),
			`!{"CancellationReasons":[{"Code":"ConditionalCheckFailed","Message":"The conditional request failed","Item":{$pk,"v":{"N":"7"}}}],"...":""}`}},
		{name: "ALL_OLD of a missing item has no item in the reason", exchange: exchange{write(
			`"ConditionCheck":{"Key":{$pk},"ConditionExpression":"attribute_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`),
			`!{"CancellationReasons":[` + failed + `],"...":""}`}},
		{name: "ALL_OLD puts the item into a failed condition's error", given: []string{`{$pk,"v":{"N":"7"}}`}, exchange: exchange{
			`PutItem {"Item":{$pk},"ConditionExpression":"attribute_not_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`,
			`!{"Item":{$pk,"v":{"N":"7"}},"...":""}`}},
		{name: "a failed condition's error has no item by default", given: []string{`{$pk,"v":{"N":"7"}}`}, exchange: exchange{
			`PutItem {"Item":{$pk},"ConditionExpression":"attribute_not_exists(pk)"}`, `!{"Item":null,"...":""}`}},
		{name: "two actions on one item are refused", exchange: exchange{write(`"Put":{"Item":{$pk}}`, `"Delete":{"Key":{$pk}}`), twice}},
		{name: "a check and a write of one item are refused", exchange: exchange{write(`"Put":{"Item":{$pk}}`,
			`"ConditionCheck":{"Key":{$pk},"ConditionExpression":"attribute_exists(pk)"}`), twice}},
		{name: "a transaction of 100 writes is accepted", exchange: exchange{write(many(100, `"Put":{"Item":{"pk":{"S":"$K%d"}}}`)...), `{}`}},
		{name: "a transaction of 101 writes is refused", exchange: exchange{write(many(101, `"Put":{"Item":{"pk":{"S":"$K%d"}}}`)...),
			"ValidationException: *Member must have length less than or equal to 100*"}},
		{name: "an empty write transaction is refused", exchange: exchange{write(), "ValidationException: *"}},
		{name: "an action needs one operation", exchange: exchange{`TransactWriteItems {"TransactItems":[{}]}`, "ValidationException: *"}},
		{name: "an action has only one operation", exchange: exchange{
			`TransactWriteItems {"TransactItems":[{"Put":{"TableName":"$T","Item":{$pk}},"Delete":{"TableName":"$T","Key":{$pk}}}]}`,
			"ValidationException: TransactItems can only contain one of Check, Put, Update or Delete"}},
		{name: "a condition check needs a condition", exchange: exchange{
			write(`"ConditionCheck":{"Key":{$pk}}`), "ValidationException: *onditionExpression*"}},
		{name: "an update in a transaction needs an update expression", exchange: exchange{
			write(`"Update":{"Key":{$pk}}`), "ValidationException: *pdateExpression*"}},
		{name: "a key of the wrong type cancels with a validation error", exchange: exchange{
			write(`"Put":{"Item":{"pk":{"N":"1"}}}`), cancelled + "[ValidationError]"}},
		{name: "an update of a wrong type cancels with a validation error", given: []string{`{$pk,"a":{"S":"x"}}`}, exchange: exchange{
			write(`"Update":{"Key":{$pk},` + expression("UpdateExpression", "ADD a :v", `{":v":{"N":"1"}}`) + `}`),
			`!{"CancellationReasons":[{"Code":"ValidationError","Message":"An operand in the update expression has an incorrect data type"}],"...":""}`}},
		{name: "a syntax error refuses the whole transaction", exchange: exchange{write(`"Put":{"Item":{$pk},"ConditionExpression":"a ="}`),
			`ValidationException: *Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "="`}},
		{name: "a transaction on a missing table is not found", exchange: exchange{
			`TransactWriteItems {"TransactItems":[{"Put":{"TableName":"no-such-table","Item":{$pk}}}]}`, noTable}},
		{name: "another token is another transaction", exchange: tokened("$T-$K", "1", "{}"), then: []exchange{
			tokened("$T-$K-", "1", "{}"), {`GetItem {"Key":{$pk}}`, `{"Item":{$pk,"n":{"N":"2"}}}`}}},
		{name: "a token sent again changes nothing", exchange: tokened("$T-$K", "1", "{}"), then: []exchange{tokened("$T-$K", "1", "{}"), {`GetItem {"Key":{$pk}}`,
			`{"Item":{$pk,"n":{"N":"1"}}}`}}},
		{name: "a token sent with another request is refused", exchange: tokened("$T-$K", "1", "{}"),
			then: []exchange{tokened("$T-$K", "2", "IdempotentParameterMismatchException")}},
		{name: "a token has at most 36 letters", exchange: exchange{
			transact("TransactWriteItems", `,"ClientRequestToken":"$x*37$"`, []string{`"Put":{"Item":{$pk}}`}),
			"ValidationException: *lientRequestToken*less than or equal to 36*"}},

		{name: "reads in a transaction come in order, a missing item empty", given: []string{`{$pk,"a":{"N":"1"}}`}, exchange: exchange{
			read(`"Get":{"Key":{"pk":{"S":"$Kmissing"}}}`, `"Get":{"Key":{$pk},"ProjectionExpression":"a"}`), `{"Responses":[{},{"Item":{"a":{"N":"1"}}}]}`}},
		{name: "two reads of one item in a transaction are refused", exchange: exchange{read(`"Get":{"Key":{$pk}}`, `"Get":{"Key":{$pk}}`), twice}},
		{name: "a transaction of 100 reads is accepted", exchange: exchange{read(many(100, `"Get":{"Key":{"pk":{"S":"$K%d"}}}`)...), `{"Responses":"*"}`}},
		{name: "a transaction of 101 reads is refused", exchange: exchange{read(many(101, `"Get":{"Key":{"pk":{"S":"$K%d"}}}`)...),
			"ValidationException: *Member must have length less than or equal to 100*"}},
		{name: "an empty read transaction is refused", exchange: exchange{read(), "ValidationException: *"}},
		{name: "a wrong key cancels a read transaction", exchange: exchange{read(`"Get":{"Key":{"q":{"S":"x"}}}`), cancelled + "[ValidationError]"}},
		{name: "a read transaction on a missing table is not found", exchange: exchange{
			`TransactGetItems {"TransactItems":[{"Get":{"TableName":"no-such-table","Key":{$pk}}}]}`, noTable}},
		{name: "a write transaction of more than 4 MB is refused", exchange: exchange{
			write(many(11, `"Put":{"Item":{"pk":{"S":"$K%d"},"a":{"S":"$x*400000$"}}}`)...),
			"ValidationException: *"}},
	},
}

// tokened adds n to an item under a token.
func tokened(token, n, want string) exchange {
	return exchange{transact("TransactWriteItems", `,"ClientRequestToken":"`+token+`"`, []string{
		`"Update":{"Key":{$pk},` + expression("UpdateExpression", "ADD n :v", `{":v":{"N":"`+n+`"}}`) + `}`,
	}), want}
}
