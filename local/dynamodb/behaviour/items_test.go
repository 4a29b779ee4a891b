package behaviour

const (
	wrongKey       = "ValidationException: The provided key element does not match the schema"
	emptyKey       = "ValidationException: One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
	noTable        = "ResourceNotFoundException: Requested resource not found*"
	invalidValue   = "ValidationException: One or more parameter values were invalid: "
	conditionFails = "ConditionalCheckFailedException: The conditional request failed"
)

var items = group{
	name:   "items and keys",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html",
	schema: rangeTable,
	cases: []behaviour{
		{name: "a put item is read back", given: []string{`{$pk,"sk":{"N":"1"},"a":{"S":"x"}}`}, exchange: exchange{
			`GetItem {"Key":{$pk,"sk":{"N":"1"}},"ConsistentRead":true}`, `{"Item":{$pk,"sk":{"N":"1"},"a":{"S":"x"}}}`}},
		{name: "a missing item is an empty answer", exchange: exchange{`GetItem {"Key":{$pk,"sk":{"N":"1"}}}`, `{}`}},
		{name: "a put replaces the whole item", given: []string{`{$pk,"sk":{"N":"1"},"a":{"S":"x"}}`,
			`{$pk,"sk":{"N":"1"},"b":{"S":"y"}}`}, exchange: exchange{
			`GetItem {"Key":{$pk,"sk":{"N":"1"}}}`, `{"Item":{$pk,"sk":{"N":"1"},"b":{"S":"y"}}}`}},
		{name: "a number key is found by its magnitude", given: []string{`{$pk,"sk":{"N":"1.50"}}`}, exchange: exchange{
			`GetItem {"Key":{$pk,"sk":{"N":"15e-1"}}}`, `{"Item":{$pk,"sk":{"N":"1.5"}}}`}},
		{name: "a deleted item is gone", given: []string{`{$pk,"sk":{"N":"1"}}`}, exchange: exchange{`DeleteItem {"Key":{$pk,"sk":{"N":"1"}}}`, `{}`},
			then: []exchange{{`GetItem {"Key":{$pk,"sk":{"N":"1"}}}`, `{}`}}},
		{name: "deleting a missing item succeeds", exchange: exchange{`DeleteItem {"Key":{$pk,"sk":{"N":"1"}}}`, `{}`}},
		{name: "an item needs its hash key", exchange: exchange{`PutItem {"Item":{"sk":{"N":"1"}}}`, invalidValue + "Missing the key pk in the item"}},
		{name: "an item needs its range key", exchange: exchange{`PutItem {"Item":{$pk}}`, invalidValue + "Missing the key sk in the item"}},
		{name: "an item's key has the schema's type", exchange: exchange{`PutItem {"Item":{$pk,"sk":{"S":"1"}}}`,
			invalidValue + "Type mismatch for key sk expected: N actual: S"}},
		{name: "a read needs the whole key", exchange: exchange{`GetItem {"Key":{$pk}}`, wrongKey}},
		{name: "a read takes no more than the key", exchange: exchange{`GetItem {"Key":{$pk,"sk":{"N":"1"},"a":{"N":"1"}}}`, wrongKey}},
		{name: "a read's key has the schema's type", exchange: exchange{`GetItem {"Key":{$pk,"sk":{"S":"1"}}}`, wrongKey}},
		{name: "a read's key has the schema's names", exchange: exchange{`GetItem {"Key":{$pk,"a":{"N":"1"}}}`, wrongKey}},
		{name: "an update needs the whole key", exchange: exchange{`UpdateItem {"Key":{$pk}}`, wrongKey}},
		{name: "a deletion needs the whole key", exchange: exchange{`DeleteItem {"Key":{$pk}}`, wrongKey}},
		{name: "an empty hash key is refused in a put", exchange: exchange{
			`PutItem {"Item":{"pk":{"S":""},"sk":{"N":"1"}}}`, emptyKey + "string value. Key: pk"}},
		{name: "an empty hash key is refused in a read", exchange: exchange{
			`GetItem {"Key":{"pk":{"S":""},"sk":{"N":"1"}}}`, emptyKey + "string value. Key: pk"}},
		{name: "a hash key may have 2048 bytes", exchange: exchange{`PutItem {"Item":{"pk":{"S":"$x*2048$"},"sk":{"N":"1"}}}`, `{}`}},
		{name: "a hash key of 2049 bytes is refused", exchange: exchange{`PutItem {"Item":{"pk":{"S":"$x*2049$"},"sk":{"N":"1"}}}`,
			invalidValue + "Size of hashkey has exceeded the maximum size limit of2048 bytes"}},
		{name: "a hash key of 2049 bytes is refused in a read", exchange: exchange{`GetItem {"Key":{"pk":{"S":"$x*2049$"},"sk":{"N":"1"}}}`,
			invalidValue + "Size of hashkey has exceeded the maximum size limit of2048 bytes"}},
		{name: "a condition that holds lets a put through", given: []string{`{$pk,"sk":{"N":"1"},"v":{"N":"1"}}`}, exchange: exchange{
			`PutItem {"Item":{$pk,"sk":{"N":"1"},"v":{"N":"2"}},` + expression("ConditionExpression", "v = :v", `{":v":{"N":"1"}}`) + `}`, `{}`},
			then: []exchange{{`GetItem {"Key":{$pk,"sk":{"N":"1"}}}`, `{"Item":{$pk,"sk":{"N":"1"},"v":{"N":"2"}}}`}}},
		{name: "attribute_not_exists on the key refuses a second put", given: []string{`{$pk,"sk":{"N":"1"},"v":{"N":"1"}}`}, exchange: exchange{
			`PutItem {"Item":{$pk,"sk":{"N":"1"}},"ConditionExpression":"attribute_not_exists(pk)"}`, conditionFails},
			then: []exchange{{`GetItem {"Key":{$pk,"sk":{"N":"1"}}}`, `{"Item":{$pk,"sk":{"N":"1"},"v":{"N":"1"}}}`}}},
		{name: "a condition is judged on the item of the same key alone", given: []string{`{$pk,"sk":{"N":"1"}}`}, exchange: exchange{
			`PutItem {"Item":{$pk,"sk":{"N":"2"}},"ConditionExpression":"attribute_not_exists(pk)"}`, `{}`}},
		{name: "a condition refuses a deletion", given: []string{`{$pk,"sk":{"N":"1"},"v":{"N":"1"}}`}, exchange: exchange{
			`DeleteItem {"Key":{$pk,"sk":{"N":"1"}},` + expression("ConditionExpression", "v > :v", `{":v":{"N":"1"}}`) + `}`, conditionFails}},
		{name: "a condition on a missing item refuses its deletion", exchange: exchange{
			`DeleteItem {"Key":{$pk,"sk":{"N":"1"}},"ConditionExpression":"attribute_exists(pk)"}`, conditionFails}},
		{name: "a missing table is not found", exchange: exchange{`GetItem {"TableName":"no-such-table","Key":{$pk}}`, noTable}},
	},
}

var binaryKeys = group{
	name:   "binary keys",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Binary",
	schema: binaryTable,
	cases: []behaviour{
		{name: "binary range keys sort as unsigned bytes",
			given: []string{`{$pk,"sk":{"B":"gA=="}}`, `{$pk,"sk":{"B":"fw=="}}`, `{$pk,"sk":{"B":"fwA="}}`}, exchange: exchange{
				`Query {` + expression("KeyConditionExpression", "pk = :p", `{":p":{"S":"$K"}}`) + `}`,
				`{"Count":3,"ScannedCount":3,"Items":[{$pk,"sk":{"B":"fw=="}},{$pk,"sk":{"B":"fwA="}},{$pk,"sk":{"B":"gA=="}}]}`}},
		{name: "begins_with finds binary range keys", given: []string{`{$pk,"sk":{"B":"AQI="}}`, `{$pk,"sk":{"B":"AgE="}}`}, exchange: exchange{
			`Query {` + expression("KeyConditionExpression", "pk = :p AND begins_with(sk, :b)", `{":p":{"S":"$K"},":b":{"B":"AQ=="}}`) + `}`,
			`{"Count":1,"ScannedCount":1,"Items":[{$pk,"sk":{"B":"AQI="}}]}`}},
		{name: "an empty binary key is refused", exchange: exchange{`PutItem {"Item":{$pk,"sk":{"B":""}}}`, emptyKey + "binary value. Key: sk"}},
		{name: "a range key may have 1024 bytes", exchange: exchange{`PutItem {"Item":{$pk,"sk":{"B":"$A*1364$AA=="}}}`, `{}`}},
		{name: "a range key of 1025 bytes is refused", exchange: exchange{`PutItem {"Item":{$pk,"sk":{"B":"$A*1364$AAA="}}}`,
			invalidValue + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"}},
	},
}

var returnValues = group{
	name:   "return values",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html#DDB-UpdateItem-request-ReturnValues",
	schema: hashTable,
	cases: []behaviour{
		{name: "a put returns nothing by default", given: []string{`{$pk,"a":{"N":"1"}}`}, exchange: exchange{`PutItem {"Item":{$pk}}`, `{}`}},
		{name: "ALL_OLD of a put returns the item replaced", given: []string{`{$pk,"a":{"N":"1"}}`}, exchange: exchange{
			`PutItem {"Item":{$pk},"ReturnValues":"ALL_OLD"}`, `{"Attributes":{$pk,"a":{"N":"1"}}}`}},
		{name: "ALL_OLD of a new item returns nothing", exchange: exchange{`PutItem {"Item":{$pk},"ReturnValues":"ALL_OLD"}`, `{}`}},
		{name: "ALL_OLD of a deletion returns the item", given: []string{`{$pk,"a":{"N":"1"}}`}, exchange: exchange{
			`DeleteItem {"Key":{$pk},"ReturnValues":"ALL_OLD"}`, `{"Attributes":{$pk,"a":{"N":"1"}}}`}},
		{name: "ALL_OLD of a missing item's deletion returns nothing", exchange: exchange{`DeleteItem {"Key":{$pk},"ReturnValues":"ALL_OLD"}`, `{}`}},
		{name: "a put takes NONE and ALL_OLD only", exchange: exchange{
			`PutItem {"Item":{$pk},"ReturnValues":"ALL_NEW"}`, "ValidationException: *ReturnValues*"}},
		{name: "a deletion takes NONE and ALL_OLD only", exchange: exchange{
			`DeleteItem {"Key":{$pk},"ReturnValues":"UPDATED_OLD"}`, "ValidationException: *ReturnValues*"}},
		{name: "ReturnValues outside the enumeration is refused", exchange: exchange{
			`UpdateItem {"Key":{$pk},"ReturnValues":"SOME"}`, "ValidationException: *eturnValues*"}},
		{name: "ALL_NEW returns the whole new item", given: []string{`{$pk,"a":{"N":"1"},"b":{"N":"1"}}`}, exchange: exchange{
			increment("ALL_NEW"), `{"Attributes":{$pk,"a":{"N":"2"},"b":{"N":"1"}}}`}},
		{name: "ALL_OLD returns the whole old item", given: []string{`{$pk,"a":{"N":"1"},"b":{"N":"1"}}`}, exchange: exchange{
			increment("ALL_OLD"), `{"Attributes":{$pk,"a":{"N":"1"},"b":{"N":"1"}}}`}},
		{name: "UPDATED_NEW returns the new values of what changed", given: []string{`{$pk,"a":{"N":"1"},"b":{"N":"1"}}`}, exchange: exchange{
			increment("UPDATED_NEW"), `{"Attributes":{"a":{"N":"2"}}}`}},
		{name: "UPDATED_OLD returns the old values of what changed", given: []string{`{$pk,"a":{"N":"1"},"b":{"N":"1"}}`}, exchange: exchange{
			increment("UPDATED_OLD"), `{"Attributes":{"a":{"N":"1"}}}`}},
		{name: "UPDATED_OLD of a new item returns nothing", exchange: exchange{increment("UPDATED_OLD"), `{}`}},
		{name: "ALL_OLD of an update of a missing item returns nothing", exchange: exchange{increment("ALL_OLD"), `{}`}},
		{name: "UPDATED_NEW returns only the changed member of a map", given: []string{`{$pk,"m":{"M":{"x":{"N":"1"},"y":{"N":"2"}}}}`}, exchange: exchange{
			`UpdateItem {"Key":{$pk},"ReturnValues":"UPDATED_NEW",` + expression("UpdateExpression", "SET m.x = :v", `{":v":{"N":"9"}}`) + `}`,
			`{"Attributes":{"m":{"M":{"x":{"N":"9"}}}}}`}},
		{name: "UPDATED_NEW returns the changed elements of a list without gaps", given: []string{`{$pk,"l":{"L":[{"N":"1"},{"N":"2"},{"N":"3"}]}}`}, exchange: exchange{
			`UpdateItem {"Key":{$pk},"ReturnValues":"UPDATED_NEW",` + expression("UpdateExpression", "SET l[2] = :v", `{":v":{"N":"9"}}`) + `}`,
			`{"Attributes":{"l":{"L":[{"N":"9"}]}}}`}},
		{name: "UPDATED_NEW of a removal returns nothing", given: []string{`{$pk,"a":{"N":"1"}}`}, exchange: exchange{
			`UpdateItem {"Key":{$pk},"ReturnValues":"UPDATED_NEW","UpdateExpression":"REMOVE a"}`, `{}`}},
		{name: "UPDATED_OLD of a removal returns what was removed", given: []string{`{$pk,"a":{"N":"1"}}`}, exchange: exchange{
			`UpdateItem {"Key":{$pk},"ReturnValues":"UPDATED_OLD","UpdateExpression":"REMOVE a"}`, `{"Attributes":{"a":{"N":"1"}}}`}},
		{name: "UPDATED_OLD returns only the changed element of a nested list", given: []string{`{$pk,"m":{"M":{"l":{"L":[{"N":"1"},{"N":"2"}]},"y":{"N":"3"}}}}`},
			exchange: exchange{
				`UpdateItem {"Key":{$pk},"ReturnValues":"UPDATED_OLD",` + expression("UpdateExpression", "SET m.l[1] = :v", `{":v":{"N":"9"}}`) + `}`,
				`{"Attributes":{"m":{"M":{"l":{"L":[{"N":"2"}]}}}}}`}},
		{name: "UPDATED_OLD of a new attribute returns nothing", given: []string{`{$pk,"m":{"M":{}}}`}, exchange: exchange{
			`UpdateItem {"Key":{$pk},"ReturnValues":"UPDATED_OLD",` + expression("UpdateExpression", "SET m.x = :v", `{":v":{"N":"9"}}`) + `}`, `{}`}},
		{name: "UPDATED_NEW of an update without an expression returns nothing", given: []string{`{$pk,"a":{"N":"1"}}`}, exchange: exchange{
			`UpdateItem {"Key":{$pk},"ReturnValues":"UPDATED_NEW"}`, `{}`}},
	},
}

// increment adds 1 to a, returning what is asked for.
func increment(returnValues string) string {
	return `UpdateItem {"Key":{$pk},"ReturnValues":"` + returnValues + `",` + expression("UpdateExpression", "ADD a :v", `{":v":{"N":"1"}}`) + `}`
}
