package behaviour

import "strings"

// create makes a CreateTable request for a table of its own from a schema; refused are all that use it.
func create(schema string) string {
	return `CreateTable {"TableName":"$T-$K","BillingMode":"PAY_PER_REQUEST",` + schema + `}`
}

var tables = group{
	name:   "tables",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html",
	schema: indexTable,
	cases: []behaviour{
		{name: "a table is described", given: []string{`{$pk,"sk":{"N":"1"}}`}, exchange: exchange{`DescribeTable {}`,
			`{"Table":{"TableName":"$T","TableStatus":"ACTIVE","TableArn":"arn:aws:dynamodb:*:table/$T","...":"",
				"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]}}`}},
		{name: "a table's indexes are described", exchange: exchange{`DescribeTable {}`,
			`{"Table":{"...":"","GlobalSecondaryIndexes":[{"...":"","IndexName":"*","IndexStatus":"ACTIVE","IndexArn":"*/index/*"},
				{"...":"","IndexName":"*"},{"...":"","IndexName":"*"}]}}`}},
		{name: "a table's billing mode is described", exchange: exchange{`DescribeTable {}`,
			`{"Table":{"...":"","BillingModeSummary":{"BillingMode":"PAY_PER_REQUEST","...":""}}}`}},
		{name: "a table is listed behind its predecessor", exchange: exchange{`ListTables {"ExclusiveStartTableName":"behaviour","Limit":1}`,
			`{"TableNames":["behaviour-*"],"...":""}`}},
		{name: "a table name is taken once", exchange: exchange{`CreateTable {"TableName":"$T","BillingMode":"PAY_PER_REQUEST",` + hashTable + `}`,
			"ResourceInUseException: *"}},
		{name: "table names have case", exchange: exchange{`DescribeTable {"TableName":"B` + `EHAVIOUR-$T"}`, "ResourceNotFoundException"}},
		{name: "a missing table cannot be described", exchange: exchange{`DescribeTable {"TableName":"no-such-table"}`,
			"ResourceNotFoundException: Requested resource not found: Table: no-such-table not found"}},
		{name: "a missing table cannot be deleted", exchange: exchange{`DeleteTable {"TableName":"no-such-table"}`,
			"ResourceNotFoundException: Requested resource not found: Table: no-such-table not found"}},
		{name: "a key attribute must be defined", exchange: exchange{
			create(`"AttributeDefinitions":[{"AttributeName":"x","AttributeType":"S"}],` + hashKey),
			"ValidationException: *"}},
		{name: "a defined attribute must be a key", exchange: exchange{create(
			`"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"x","AttributeType":"S"}],` + hashKey),
			"ValidationException: *"}},
		{name: "a key schema begins with the hash key", exchange: exchange{create(`"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
			"KeySchema":[{"AttributeName":"pk","KeyType":"RANGE"}]`), "ValidationException: *"}},
		{name: "a key is not both hash and range key", exchange: exchange{create(`"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
			"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"pk","KeyType":"RANGE"}]`),
			"ValidationException: Invalid KeySchema: Some index key attribute have no definition"}},
		{name: "a key has at most two attributes", exchange: exchange{create(
			`"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"b","AttributeType":"S"},{"AttributeName":"c","AttributeType":"S"}],
			"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"b","KeyType":"RANGE"},{"AttributeName":"c","KeyType":"RANGE"}]`),
			"ValidationException: 1 validation error detected: Value '[KeySchemaElement(attributeName=pk, keyType=HASH), " +
				"KeySchemaElement(attributeName=b, keyType=RANGE), KeySchemaElement(attributeName=c, keyType=RANGE)]' at 'keySchema' " +
				"failed to satisfy constraint: Member must have length less than or equal to 2"}},
		{name: "a key attribute is a string, number or binary", exchange: exchange{create(
			`"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"BOOL"}],` + hashKey), "ValidationException: *"}},
		{name: "two indexes of one name are refused", exchange: exchange{
			create(hashTable + `,"GlobalSecondaryIndexes":[` + index("twin", "ALL") + `,` + index("twin", "ALL") + `]`),
			"ValidationException: *"}},
		{name: "KEYS_ONLY takes no further attributes", exchange: exchange{
			create(hashTable + `,"GlobalSecondaryIndexes":[` +
				strings.Replace(index("one", "KEYS_ONLY"), `"ProjectionType"`, `"NonKeyAttributes":["a"],"ProjectionType"`, 1) + `]`),
			"ValidationException: *"}},
		{name: "an index needs a name of three letters", exchange: exchange{
			create(hashTable + `,"GlobalSecondaryIndexes":[` + index("ab", "ALL") + `]`), "ValidationException: *"}},
		{name: "a table has at most 20 indexes", exchange: exchange{
			create(hashTable + `,"GlobalSecondaryIndexes":[` + list(21, index("index%d", "ALL")) + `]`), "*Exception: *"}},
		{name: "a table name has at least 3 letters", exchange: exchange{`CreateTable {"TableName":"ab","BillingMode":"PAY_PER_REQUEST",` + hashTable + `}`,
			"ValidationException: *"}},
		{name: "a table name has no spaces", exchange: exchange{`CreateTable {"TableName":"a table","BillingMode":"PAY_PER_REQUEST",` + hashTable + `}`,
			"ValidationException: *"}},
	},
}

// index is a global secondary index on the hash key.
func index(name, projection string) string {
	return `{"IndexName":"` + name + `","Projection":{"ProjectionType":"` + projection + `"},` + hashKey + `}`
}

var expiry = group{
	name:   "time to live",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html",
	schema: hashTable,
	cases: []behaviour{
		{name: "time to live is off at first", exchange: exchange{`DescribeTimeToLive {}`, `{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}`}},
		{name: "time to live that is off cannot be switched off", exchange: exchange{
			`UpdateTimeToLive {"TimeToLiveSpecification":{"AttributeName":"e","Enabled":false}}`, "ValidationException: TimeToLive is already disabled"}},
		{name: "time to live is switched on", exchange: exchange{`UpdateTimeToLive {"TimeToLiveSpecification":{"AttributeName":"e","Enabled":true}}`,
			`{"TimeToLiveSpecification":{"AttributeName":"e","Enabled":true}}`},
			then: []exchange{{`DescribeTimeToLive {}`, `{"TimeToLiveDescription":{"AttributeName":"e","TimeToLiveStatus":"ENABL*"}}`}}},
		{name: "time to live needs an attribute", exchange: exchange{
			`UpdateTimeToLive {"TimeToLiveSpecification":{"Enabled":true}}`, "ValidationException: *"}},
		{name: "time to live of a missing table is not found", exchange: exchange{
			`DescribeTimeToLive {"TableName":"no-such-table"}`, "ResourceNotFoundException"}},
	},
}

// protocol has no table; its requests are sent as they are.
var protocol = group{
	name:   "protocol",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html",
	cases: []behaviour{
		{name: "an unknown operation is refused", exchange: exchange{`EatItem {}`, "UnknownOperationException"}},
		{name: "a body that is no JSON is refused", exchange: exchange{`ListTables {`, "SerializationException"}},
		{name: "an array for a request is refused", exchange: exchange{`ListTables []`, "SerializationException"}},
		{name: "a number for a name is refused", exchange: exchange{`GetItem {"TableName":5,"Key":{}}`, "SerializationException"}},
		{name: "a string for a key is refused", exchange: exchange{`GetItem {"TableName":"no-such-table","Key":"x"}`, "SerializationException"}},
		{name: "a number for an attribute value is refused", exchange: exchange{
			`GetItem {"TableName":"no-such-table","Key":{"a":1}}`, "SerializationException"}},
		{name: "a JSON number for a number is refused", exchange: exchange{
			`GetItem {"TableName":"no-such-table","Key":{"a":{"N":1}}}`, "SerializationException"}},
		{name: "a JSON number for a string is refused", exchange: exchange{
			`GetItem {"TableName":"no-such-table","Key":{"a":{"S":1}}}`, "SerializationException"}},
		{name: "a string for a boolean is refused", exchange: exchange{
			`GetItem {"TableName":"no-such-table","Key":{"a":{"BOOL":"true"}}}`, "SerializationException"}},
		{name: "a string for a set is refused", exchange: exchange{
			`GetItem {"TableName":"no-such-table","Key":{"a":{"SS":"x"}}}`, "SerializationException"}},
		{name: "a list for a map is refused", exchange: exchange{`GetItem {"TableName":"no-such-table","Key":{"a":{"M":[]}}}`, "SerializationException"}},
		{name: "a binary that is no base64 is refused", exchange: exchange{
			`GetItem {"TableName":"no-such-table","Key":{"a":{"B":"a b"}}}`, "SerializationException"}},
		{name: "a string for a limit is refused", exchange: exchange{`Scan {"TableName":"no-such-table","Limit":"5"}`, "SerializationException"}},
		{name: "a string for ConsistentRead is refused", exchange: exchange{
			`GetItem {"TableName":"no-such-table","Key":{},"ConsistentRead":"yes"}`, "SerializationException"}},
		{name: "a request needs a table name", exchange: exchange{`GetItem {"Key":{"a":{"S":"x"}}}`, "ValidationException: *ableName*"}},
		{name: "a new table needs a name", exchange: exchange{`CreateTable {"BillingMode":"PAY_PER_REQUEST",` + hashTable + `}`,
			"ValidationException: The parameter 'TableName' is required but was not present in the request"}},
		{name: "an empty table name is too short", exchange: exchange{`PutItem {"TableName":"","Item":{"a":{"S":"x"}}}`,
			"ValidationException: 1 validation error detected: Value '' at 'tableName' failed to satisfy constraint: " +
				"Member must have length greater than or equal to 1"}},
		{name: "a legacy parameter beside an expression is refused", exchange: exchange{
			`PutItem {"TableName":"no-such-table","Item":{"a":{"S":"x"}},"Expected":{"a":{"Exists":false}},"ConditionExpression":"attribute_not_exists(a)"}`,
			"ValidationException: Can not use both expression and non-expression parameters in the same request: " +
				"Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}"}},
		{name: "a request needs a key", exchange: exchange{`GetItem {"TableName":"no-such-table"}`, "ValidationException: *'key'*must not be null*"}},
		{name: "a put needs an item", exchange: exchange{`PutItem {"TableName":"no-such-table"}`, "ValidationException: *'item'*must not be null*"}},
		{name: "parameters are checked before the table", exchange: exchange{
			`GetItem {"TableName":"no-such-table","Key":{"a":{"S":"x"}},"ReturnConsumedCapacity":"SOME"}`, "ValidationException: *eturnConsumedCapacity*"}},
		{name: "values are checked before the table", exchange: exchange{
			`PutItem {"TableName":"no-such-table","Item":{"a":{"N":"x"}}}`, "ValidationException: The parameter cannot be converted to a numeric value: x"}},
		{name: "expressions are checked before the table", exchange: exchange{
			`GetItem {"TableName":"no-such-table","Key":{"a":{"S":"x"}},"ProjectionExpression":"a,"}`,
			"ValidationException: Invalid ProjectionExpression: Syntax error;*"}},
		{name: "the table is checked before the key", exchange: exchange{`GetItem {"TableName":"no-such-table","Key":{"a":{"S":"x"}}}`, noTable}},
	},
}
