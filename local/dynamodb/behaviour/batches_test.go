package behaviour

import "fmt"

const (
	duplicates = "ValidationException: Provided list of item keys contains duplicates"
	answerAll  = `,"UnprocessedKeys":{}}`
)

var batches = group{
	name:   "batches",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html",
	schema: hashTable,
	cases: []behaviour{
		{name: "a batch puts and deletes", given: []string{`{"pk":{"S":"$Kold"}}`}, exchange: exchange{
			`BatchWriteItem {"RequestItems":{"$T":[{"PutRequest":{"Item":{$pk,"a":{"N":"1"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"$Kold"}}}}]}}`,
			`{"UnprocessedItems":{}}`},
			then: []exchange{
				{`BatchGetItem {"RequestItems":{"$T":{"Keys":[{$pk},{"pk":{"S":"$Kold"}}]}}}`, `{"Responses":{"$T":[{$pk,"a":{"N":"1"}}]}` + answerAll},
			}},
		{name: "a batch of 25 writes is accepted", exchange: exchange{
			`BatchWriteItem {"RequestItems":{"$T":[` + list(25, `{"PutRequest":{"Item":{"pk":{"S":"$K-%d"}}}}`) + `]}}`, `{"UnprocessedItems":{}}`}},
		{name: "a batch of 26 writes is refused", exchange: exchange{
			`BatchWriteItem {"RequestItems":{"$T":[` + list(26, `{"PutRequest":{"Item":{"pk":{"S":"$K-%d"}}}}`) + `]}}`,
			"ValidationException: 1 validation error detected: Value '{$T=[*]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy " +
				"constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"}},
		{name: "two writes of one item are refused", exchange: exchange{
			`BatchWriteItem {"RequestItems":{"$T":[{"PutRequest":{"Item":{$pk}}},{"DeleteRequest":{"Key":{$pk}}}]}}`, duplicates}},
		{name: "an empty write batch is refused", exchange: exchange{
			`BatchWriteItem {"RequestItems":{}}`, "ValidationException: The requestItems parameter is required for BatchWriteItem"}},
		{name: "a table without writes is refused", exchange: exchange{`BatchWriteItem {"RequestItems":{"$T":[]}}`, "ValidationException: *"}},
		{name: "a request that both puts and deletes is refused", exchange: exchange{
			`BatchWriteItem {"RequestItems":{"$T":[{"PutRequest":{"Item":{$pk}},"DeleteRequest":{"Key":{$pk}}}]}}`,
			"ValidationException: Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"}},
		{name: "one invalid item refuses the whole batch", exchange: exchange{
			`BatchWriteItem {"RequestItems":{"$T":[{"PutRequest":{"Item":{$pk}}},{"PutRequest":{"Item":{"q":{"S":"x"}}}}]}}`,
			"ValidationException: *"},
			then: []exchange{{`GetItem {"Key":{$pk}}`, `{}`}}},
		{name: "a batch deletion needs the exact key", exchange: exchange{
			`BatchWriteItem {"RequestItems":{"$T":[{"DeleteRequest":{"Key":{"q":{"S":"x"}}}}]}}`, wrongKey}},
		{name: "a batch write to a missing table is not found", exchange: exchange{
			`BatchWriteItem {"RequestItems":{"no-such-table":[{"PutRequest":{"Item":{$pk}}}]}}`, noTable}},
		{name: "a batch checks the values of items", exchange: exchange{
			`BatchWriteItem {"RequestItems":{"$T":[{"PutRequest":{"Item":{$pk,"a":{"N":"x"}}}}]}}`,
			"ValidationException: The parameter cannot be converted to a numeric value: x"}},
		{name: "a read batch leaves out missing items", given: []string{`{$pk}`}, exchange: exchange{
			`BatchGetItem {"RequestItems":{"$T":{"Keys":[{$pk},{"pk":{"S":"$Kmissing"}}]}}}`, `{"Responses":{"$T":[{$pk}]}` + answerAll}},
		{name: "a read batch that finds nothing names the table", exchange: exchange{
			`BatchGetItem {"RequestItems":{"$T":{"Keys":[{$pk}]}}}`, `{"Responses":{"$T":[]}` + answerAll}},
		{name: "a read batch takes a projection", given: []string{`{$pk,"a":{"N":"1"},"name":{"N":"2"}}`}, exchange: exchange{
			`BatchGetItem {"RequestItems":{"$T":{"Keys":[{$pk}],"ProjectionExpression":"#n","ExpressionAttributeNames":{"#n":"name"},"ConsistentRead":true}}}`,
			`{"Responses":{"$T":[{"name":{"N":"2"}}]}` + answerAll}},
		{name: "a read batch returns many items", given: []string{`{"pk":{"S":"$Ka"}}`, `{"pk":{"S":"$Kb"}}`, `{"pk":{"S":"$Kc"}}`}, exchange: exchange{
			`BatchGetItem {"RequestItems":{"$T":{"Keys":[{"pk":{"S":"$Kc"}},{"pk":{"S":"$Ka"}},{"pk":{"S":"$Kb"}}]}}}`,
			`{"Responses":{"$T":[{"pk":{"S":"$Ka"}},{"pk":{"S":"$Kb"}},{"pk":{"S":"$Kc"}}]}` + answerAll}},
		{name: "a read batch of 100 keys is accepted", exchange: exchange{
			`BatchGetItem {"RequestItems":{"$T":{"Keys":[` + list(100, `{"pk":{"S":"$K-%d"}}`) + `]}}}`, `{"Responses":{"$T":[]}` + answerAll}},
		{name: "a read batch of 101 keys is refused", exchange: exchange{
			`BatchGetItem {"RequestItems":{"$T":{"Keys":[` + list(101, `{"pk":{"S":"$K-%d"}}`) + `]}}}`,
			"ValidationException: 1 validation error detected: Value at 'RequestItems.$T.member.Keys' failed to satisfy constraint: " +
				"Member must have length less than or equal to 100"}},
		{name: "two reads of one item are refused", exchange: exchange{`BatchGetItem {"RequestItems":{"$T":{"Keys":[{$pk},{$pk}]}}}`, duplicates}},
		{name: "an empty read batch is refused", exchange: exchange{
			`BatchGetItem {"RequestItems":{}}`, "ValidationException: The requestItems parameter is required for BatchGetItem"}},
		{name: "a table without keys is refused", exchange: exchange{`BatchGetItem {"RequestItems":{"$T":{"Keys":[]}}}`, "ValidationException: *"}},
		{name: "a read batch needs exact keys", exchange: exchange{`BatchGetItem {"RequestItems":{"$T":{"Keys":[{$pk,"a":{"N":"1"}}]}}}`, wrongKey}},
		{name: "a read batch of a missing table is not found", exchange: exchange{
			`BatchGetItem {"RequestItems":{"no-such-table":{"Keys":[{$pk}]}}}`, noTable}},
		{name: "a read batch of more than 16 MB leaves keys unprocessed", given: large(42), exchange: exchange{
			`BatchGetItem {"RequestItems":{"$T":{"Keys":[` + list(42, `{"pk":{"S":"$K-%d"}}`) + `]}}}`,
			`{"Responses":{"$T":"*"},"UnprocessedKeys":{"$T":{"Keys":[{"...":""}],"...":""}}}`}},
	},
}

// large makes n items of almost 400 KB with the keys $K-0, $K-1 …
func large(n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf(`{"pk":{"S":"$K-%d"},"a":{"S":"$x*409000$"}}`, i)
	}
	return texts
}
