package behaviour

import (
	"fmt"
	"strings"
)

// capacityTable has no numbers in its keys, whose size AWS documents only approximately.
var capacityTable = strings.Replace(indexTable, `"sk","AttributeType":"N"`, `"sk","AttributeType":"S"`, 1)

// sized is an item of exactly n bytes.
func sized(n int) string { return sizedAt(n, 1) }

// total is a request for consumed capacity and its answer for the table alone.
func total(units float64) string {
	return fmt.Sprintf(`"ConsumedCapacity":{"TableName":"$T","CapacityUnits":%g}`, units)
}

// costs asks for the capacity of a call.
func costs(name string, given []string, call string, units float64) behaviour {
	return behaviour{name: name, given: given, exchange: exchange{call[:len(call)-1] + `,"ReturnConsumedCapacity":"TOTAL"}`,
		`{` + total(units) + `,"...":""}`}}
}

const sizedKey = `"Key":{$pk,"sk":{"S":"1"}}`

var capacity = group{
	name:   "consumed capacity",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html",
	schema: capacityTable,
	cases: []behaviour{
		{name: "no capacity is returned by default", given: []string{sized(100)}, exchange: exchange{`DeleteItem {` + sizedKey + `}`, `{}`}},
		{name: "NONE returns no capacity", given: []string{sized(100)}, exchange: exchange{
			`DeleteItem {` + sizedKey + `,"ReturnConsumedCapacity":"NONE"}`, `{}`}},
		costs("a write of 1 KB costs 1 unit", nil, `PutItem {"Item":`+sized(1024)+`}`, 1),
		costs("a write of 1 KB and 1 byte costs 2 units", nil, `PutItem {"Item":`+sized(1025)+`}`, 2),
		costs("a replacement costs the larger of both items", []string{sized(3000)}, `PutItem {"Item":`+sized(100)+`}`, 3),
		costs("an update costs the larger of both items", []string{sized(3000)}, `UpdateItem {`+sizedKey+`,"UpdateExpression":"REMOVE a"}`, 3),
		costs("an update that changes a little costs the whole item", []string{sized(3000)},
			`UpdateItem {`+sizedKey+`,`+expression("UpdateExpression", "SET b = :v", `{":v":{"N":"1"}}`)+`}`, 3),
		costs("a deletion costs the item deleted", []string{sized(2500)}, `DeleteItem {`+sizedKey+`}`, 3),
		costs("a deletion of nothing costs 1 unit", nil, `DeleteItem {`+sizedKey+`}`, 1),
		costs("a consistent read of 4 KB costs 1 unit", []string{sized(4096)}, `GetItem {`+sizedKey+`,"ConsistentRead":true}`, 1),
		costs("a consistent read of 4 KB and 1 byte costs 2 units", []string{sized(4097)}, `GetItem {`+sizedKey+`,"ConsistentRead":true}`, 2),
		costs("an eventually consistent read costs half", []string{sized(4097)}, `GetItem {`+sizedKey+`}`, 1),
		costs("an eventually consistent read of little costs half a unit", []string{sized(100)}, `GetItem {`+sizedKey+`}`, 0.5),
		costs("a read of nothing costs half a unit", nil, `GetItem {`+sizedKey+`}`, 0.5),
		costs("a consistent read of nothing costs 1 unit", nil, `GetItem {`+sizedKey+`,"ConsistentRead":true}`, 1),
		costs("a projection saves no capacity", []string{sized(4097)}, `GetItem {`+sizedKey+`,"ProjectionExpression":"sk"}`, 1),
		costs("a query rounds the sum of its items, not each", []string{sizedAt(100, 1), sizedAt(100, 2), sizedAt(100, 3)}, queryAll(``), 0.5),
		costs("a consistent query costs twice", []string{sizedAt(100, 1), sizedAt(100, 2), sizedAt(100, 3)}, queryAll(`,"ConsistentRead":true`), 1),
		costs("a query of more than 4 KB rounds up", []string{sizedAt(3000, 1), sizedAt(3000, 2)}, queryAll(`,"ConsistentRead":true`), 2),
		costs("a filter saves no capacity", []string{sizedAt(3000, 1), sizedAt(3000, 2)}, queryAll(`,"FilterExpression":"attribute_exists(q)"`), 1),
		costs("Select COUNT saves no capacity", []string{sizedAt(3000, 1), sizedAt(3000, 2)}, queryAll(`,"Select":"COUNT"`), 1),
		costs("a query of nothing costs half a unit", nil, queryAll(``), 0.5),
		costs("a consistent query of nothing costs 1 unit", nil, queryAll(`,"ConsistentRead":true`), 1),
		{name: "a batch read rounds each item", given: []string{sizedAt(3000, 1), sizedAt(5000, 2)}, exchange: exchange{
			batchGet(`{$pk,"sk":{"S":"1"}},{$pk,"sk":{"S":"2"}},{$pk,"sk":{"S":"3"}}`, ``), capacities(0.5 + 1 + 0.5)}},
		{name: "a consistent batch read costs twice", given: []string{sizedAt(3000, 1), sizedAt(5000, 2)}, exchange: exchange{
			batchGet(`{$pk,"sk":{"S":"1"}},{$pk,"sk":{"S":"2"}}`, `,"ConsistentRead":true`), capacities(3)}},
		{name: "a batch write rounds each item", exchange: exchange{
			`BatchWriteItem {"ReturnConsumedCapacity":"TOTAL","RequestItems":{"$T":[{"PutRequest":{"Item":` + sizedAt(1500, 1) + `}},{"PutRequest":{"Item":` +
				sizedAt(100, 2) + `}},{"DeleteRequest":{"Key":{$pk,"sk":{"S":"3"}}}}]}}`, capacities(4)}},
		{name: "a transactional write costs twice, also for checks", given: []string{sizedAt(1500, 2)}, exchange: exchange{
			transact("TransactWriteItems", `,"ReturnConsumedCapacity":"TOTAL"`, []string{`"Put":{"Item":` + sizedAt(1500, 1) + `}`,
				`"ConditionCheck":{"Key":{$pk,"sk":{"S":"2"}},"ConditionExpression":"attribute_exists(pk)"}`}),
			`{"ConsumedCapacity":[{"TableName":"$T","CapacityUnits":8,"...":""}]}`}},
		{name: "a transactional read costs twice a consistent one", given: []string{sizedAt(5000, 1)}, exchange: exchange{
			transact("TransactGetItems", `,"ReturnConsumedCapacity":"TOTAL"`, []string{`"Get":{"Key":{$pk,"sk":{"S":"1"}}}`,
				`"Get":{"Key":{$pk,"sk":{"S":"2"}}}`}),
			`{"Responses":"*","ConsumedCapacity":[{"TableName":"$T","CapacityUnits":6,"...":""}]}`}},
		{name: "INDEXES tells the table's part", exchange: exchange{`PutItem {"Item":` + sized(100) + `,"ReturnConsumedCapacity":"INDEXES"}`,
			`{"ConsumedCapacity":{"TableName":"$T","CapacityUnits":1,"Table":{"CapacityUnits":1}}}`}},
		{name: "each index that has the item costs a write", exchange: exchange{
			`PutItem {"Item":{$pk,"sk":{"S":"1"},"g":{"S":"$K"}},"ReturnConsumedCapacity":"INDEXES"}`,
			`{"ConsumedCapacity":{"TableName":"$T","CapacityUnits":3,"Table":{"CapacityUnits":1},
				"GlobalSecondaryIndexes":{"keys":{"CapacityUnits":1},"some":{"CapacityUnits":1}}}}`}},
		{name: "an index write costs what is projected", exchange: exchange{
			`PutItem {"Item":{$pk,"sk":{"S":"1"},"g":{"S":"$K"},"h":{"N":"1"},"b":{"S":"$x*2000$"}},"ReturnConsumedCapacity":"INDEXES"}`,
			`{"ConsumedCapacity":{"TableName":"$T","CapacityUnits":6,"Table":{"CapacityUnits":2},
				"GlobalSecondaryIndexes":{"all":{"CapacityUnits":2},"keys":{"CapacityUnits":1},"some":{"CapacityUnits":1}}}}`}},
		{name: "a change of an index key costs a deletion and a put", given: []string{`{$pk,"sk":{"S":"1"},"g":{"S":"$K"},"h":{"N":"1"}}`}, exchange: exchange{
			`UpdateItem {"Key":{$pk,"sk":{"S":"1"}},"ReturnConsumedCapacity":"INDEXES",` + expression("UpdateExpression", "SET h = :h", `{":h":{"N":"2"}}`) + `}`,
			`{"ConsumedCapacity":{"TableName":"$T","CapacityUnits":3,"Table":{"CapacityUnits":1},"GlobalSecondaryIndexes":{"all":{"CapacityUnits":2}}}}`}},
		{name: "a change of what an index does not project costs it nothing", given: []string{`{$pk,"sk":{"S":"1"},"g":{"S":"$K"}}`}, exchange: exchange{
			`UpdateItem {"Key":{$pk,"sk":{"S":"1"}},"ReturnConsumedCapacity":"INDEXES",` + expression("UpdateExpression", "SET b = :b", `{":b":{"N":"2"}}`) + `}`,
			`{"ConsumedCapacity":{"TableName":"$T","CapacityUnits":1,"Table":{"CapacityUnits":1}}}`}},
		{name: "a deletion costs a write in each index that had the item", given: []string{`{$pk,"sk":{"S":"1"},"g":{"S":"$K"}}`}, exchange: exchange{
			`DeleteItem {"Key":{$pk,"sk":{"S":"1"}},"ReturnConsumedCapacity":"TOTAL"}`, `{` + total(3) + `}`}},
		{name: "a query of an index costs the index, by what is projected", given: []string{`{$pk,"sk":{"S":"1"},"g":{"S":"$K"},"b":{"S":"$x*9000$"}}`}, exchange: exchange{
			lookUp("keys", `,"Select":"COUNT","ReturnConsumedCapacity":"INDEXES"`),
			`{"Count":1,"ScannedCount":1,"ConsumedCapacity":{"TableName":"$T","CapacityUnits":0.5,"Table":{"CapacityUnits":0},
				"GlobalSecondaryIndexes":{"keys":{"CapacityUnits":0.5}}}}`}},
		{name: "ReturnConsumedCapacity outside the enumeration is refused", exchange: exchange{`GetItem {` + sizedKey + `,"ReturnConsumedCapacity":"SOME"}`,
			"ValidationException: *eturnConsumedCapacity*"}},
	},
}

// sizedAt is an item of exactly n bytes under the case's own key, with a range key below 10. $K has 4 bytes.
func sizedAt(n, sk int) string {
	return fmt.Sprintf(`{$pk,"sk":{"S":"%d"},"a":{"S":"$x*%d$"}}`, sk, n-10)
}

func queryAll(more string) string {
	return `Query {` + expression("KeyConditionExpression", "pk = :p", `{":p":{"S":"$K"}}`) + more + `}`
}

func batchGet(keys, more string) string {
	return `BatchGetItem {"ReturnConsumedCapacity":"TOTAL","RequestItems":{"$T":{"Keys":[` + keys + `]` + more + `}}}`
}

func capacities(units float64) string {
	return fmt.Sprintf(`{"ConsumedCapacity":[{"TableName":"$T","CapacityUnits":%g}],"...":""}`, units)
}
