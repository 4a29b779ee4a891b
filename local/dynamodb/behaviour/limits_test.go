package behaviour

import "fmt"

const tooLarge = "ValidationException: Item size has exceeded the maximum allowed size"

var limits = group{
	name:   "size limits",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html",
	schema: hashTable,
	cases: []behaviour{
		{name: "an item of 400 KB is accepted", exchange: exchange{`PutItem {"Item":{$pk,"a":{"S":"$x*` + fmt.Sprint(409600-7) + `$"}}}`, `{}`}},
		{name: "an item of 400 KB and 1 byte is refused", exchange: exchange{
			`PutItem {"Item":{$pk,"a":{"S":"$x*` + fmt.Sprint(409600-6) + `$"}}}`, tooLarge}},
		{name: "attribute names count", exchange: exchange{`PutItem {"Item":{$pk,"$n*1001$":{"S":"$x*` + fmt.Sprint(409600-1006) + `$"}}}`, tooLarge}},
		{name: "an update beyond 400 KB is refused", given: []string{`{$pk,"a":{"S":"$x*400000$"}}`}, exchange: exchange{
			`UpdateItem {"Key":{$pk},` + expression("UpdateExpression", "SET b = :v", `{":v":{"S":"$x*10000$"}}`) + `}`,
			"ValidationException: Item size to update has exceeded the maximum allowed size"}},
		{name: "an item too large in a batch is refused", exchange: exchange{
			`BatchWriteItem {"RequestItems":{"$T":[{"PutRequest":{"Item":{$pk,"a":{"S":"$x*409600$"}}}}]}}`, tooLarge}},
		{name: "a scan page ends at 1 MB before the filter", given: large(4), exchange: exchange{
			`Scan {` + expression("FilterExpression", "attribute_exists(q)", ``) + `,"ReturnConsumedCapacity":"TOTAL"}`,
			`{"Count":0,"ScannedCount":3,"Items":[],"LastEvaluatedKey":"*","ConsumedCapacity":"*"}`}},
	},
}

var pages = group{
	name:   "pages of 1 MB",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html",
	schema: indexTable,
	cases: []behaviour{
		{name: "a query page ends at 1 MB", given: heavy(4, 300_000), exchange: exchange{queryAll(`,"ProjectionExpression":"sk"`),
			`{"Count":4,"ScannedCount":4,"Items":"*","LastEvaluatedKey":{$pk,"sk":{"N":"3"}}}`},
			then: []exchange{{queryAll(`,"Select":"COUNT","ExclusiveStartKey":{$pk,"sk":{"N":"3"}}`), `{"Count":0,"ScannedCount":0}`}}},
		{name: "a query page goes on where it ended", given: heavy(6, 300_000), exchange: exchange{queryAll(`,"Select":"COUNT"`),
			`{"Count":4,"ScannedCount":4,"LastEvaluatedKey":{$pk,"sk":{"N":"3"}}}`},
			then: []exchange{{queryAll(`,"Select":"COUNT","ExclusiveStartKey":{$pk,"sk":{"N":"3"}}`), `{"Count":2,"ScannedCount":2}`}}},
		{name: "a page of less than 1 MB has no last key", given: heavy(3, 300_000), exchange: exchange{
			queryAll(`,"Select":"COUNT"`), `{"Count":3,"ScannedCount":3}`}},
		{name: "a page of an index counts what is projected", given: heavy(5, 300_000), exchange: exchange{
			lookUp("keys", `,"Select":"COUNT"`), `{"Count":5,"ScannedCount":5}`}},
		{name: "a page of an index that projects all counts all", given: heavy(5, 300_000), exchange: exchange{lookUp("all", `,"Select":"COUNT"`),
			`{"Count":4,"ScannedCount":4,"LastEvaluatedKey":{$pk,"sk":{"N":"3"},"g":{"S":"$K"},"h":{"N":"3"}}}`}},
	},
}

// heavy makes n items of the range keys 0, 1 … in one partition of the table and its indexes, each a little over size bytes.
func heavy(n, size int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf(`{$pk,"sk":{"N":"%d"},"g":{"S":"$K"},"h":{"N":"%[1]d"},"b":{"S":"$x*%d$"}}`, i, size)
	}
	return texts
}
