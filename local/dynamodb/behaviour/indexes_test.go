package behaviour

// lookUp queries an index by g = $K.
func lookUp(index, more string) string {
	return `Query {"IndexName":"` + index + `",` + expression("KeyConditionExpression", "g = :g", `{":g":{"S":"$K"}}`) + more + `}`
}

// Three items of one index partition; one has no h.
var indexed = []string{
	`{$pk,"sk":{"N":"1"},"g":{"S":"$K"},"h":{"N":"30"},"a":{"S":"x"},"b":{"S":"y"}}`,
	`{$pk,"sk":{"N":"2"},"g":{"S":"$K"},"h":{"N":"4"},"a":{"S":"x"},"b":{"S":"y"}}`,
	`{$pk,"sk":{"N":"3"},"g":{"S":"$K"},"a":{"S":"x"},"b":{"S":"y"}}`,
}

// Two items with the same index key.
var twins = []string{`{$pk,"sk":{"N":"1"},"g":{"S":"$K"},"h":{"N":"5"}}`, `{$pk,"sk":{"N":"2"},"g":{"S":"$K"},"h":{"N":"5"}}`}

var indexes = group{
	name:   "global secondary indexes",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html",
	schema: indexTable,
	cases: []behaviour{
		{name: "an index returns its items in the order of its range key", given: indexed, exchange: exchange{lookUp("all", ``),
			`{"Count":2,"ScannedCount":2,"Items":[` + indexed[1] + `,` + indexed[0] + `]}`}},
		{name: "an item without the index's range key is not in it", given: indexed, exchange: exchange{
			lookUp("all", `,"Select":"COUNT"`), `{"Count":2,"ScannedCount":2}`}},
		{name: "an item without the index's hash key is not in it", given: []string{`{$pk,"sk":{"N":"1"},"h":{"N":"1"}}`}, exchange: exchange{
			lookUp("all", ``), `{"Count":0,"ScannedCount":0,"Items":[]}`}},
		{name: "an index with a hash key alone has every item with it", given: indexed, exchange: exchange{
			lookUp("keys", `,"Select":"COUNT"`), `{"Count":3,"ScannedCount":3}`}},
		{name: "KEYS_ONLY returns the keys of index and table", given: indexed[:1], exchange: exchange{lookUp("keys", ``),
			`{"Count":1,"ScannedCount":1,"Items":[{$pk,"sk":{"N":"1"},"g":{"S":"$K"}}]}`}},
		{name: "INCLUDE returns the named attributes too", given: indexed[:1], exchange: exchange{lookUp("some", ``),
			`{"Count":1,"ScannedCount":1,"Items":[{$pk,"sk":{"N":"1"},"g":{"S":"$K"},"a":{"S":"x"}}]}`}},
		{name: "a filter on an attribute that is not projected is refused", given: indexed[:1], exchange: exchange{
			`Query {"IndexName":"keys","FilterExpression":"attribute_exists(b)",` + expression("KeyConditionExpression", "g = :g", `{":g":{"S":"$K"}}`) + `}`,
			invalidValue + "Secondary index keys does not project one or more filter attributes: [b]"}},
		{name: "a projection of an attribute that is not projected is refused", given: indexed[:1], exchange: exchange{
			lookUp("keys", `,"ProjectionExpression":"b"`),
			invalidValue + "Global secondary index keys does not project [b]"}},
		{name: "ALL_ATTRIBUTES of an index that does not project all is refused", given: indexed[:1], exchange: exchange{
			lookUp("keys", `,"Select":"ALL_ATTRIBUTES"`),
			invalidValue + "Select type ALL_ATTRIBUTES is not supported for global secondary index keys because its projection type is not ALL"}},
		{name: "ALL_ATTRIBUTES of an index that projects all is allowed", given: indexed[:1], exchange: exchange{
			lookUp("all", `,"Select":"ALL_ATTRIBUTES"`),
			`{"Count":1,"ScannedCount":1,"Items":[` + indexed[0] + `]}`}},
		{name: "ALL_PROJECTED_ATTRIBUTES returns what is projected", given: indexed[:1], exchange: exchange{
			lookUp("some", `,"Select":"ALL_PROJECTED_ATTRIBUTES"`),
			`{"Count":1,"ScannedCount":1,"Items":[{$pk,"sk":{"N":"1"},"g":{"S":"$K"},"a":{"S":"x"}}]}`}},
		{name: "an index has no consistent reads", exchange: exchange{lookUp("all", `,"ConsistentRead":true`),
			"ValidationException: Consistent reads are not supported on global secondary indexes"}},
		{name: "a scan of an index has no consistent reads", exchange: exchange{`Scan {"IndexName":"all","ConsistentRead":true}`,
			"ValidationException: Consistent reads are not supported on global secondary indexes"}},
		{name: "a page of an index ends with the keys of index and table", given: indexed, exchange: exchange{lookUp("all", `,"Limit":1`),
			`{"Count":1,"ScannedCount":1,"Items":[` + indexed[1] + `],"LastEvaluatedKey":{$pk,"sk":{"N":"2"},"g":{"S":"$K"},"h":{"N":"4"}}}`}},
		{name: "an index goes on behind the key of a page", given: indexed, exchange: exchange{
			lookUp("all", `,"ExclusiveStartKey":{$pk,"sk":{"N":"2"},"g":{"S":"$K"},"h":{"N":"4"}}`),
			`{"Count":1,"ScannedCount":1,"Items":[` + indexed[0] + `]}`}},
		{name: "items of one index key are paged one by one", given: twins, exchange: exchange{lookUp("all", `,"Limit":1`),
			`{"Count":1,"ScannedCount":1,"Items":[{"...":""}],"LastEvaluatedKey":{"...":"","g":{"S":"$K"},"h":{"N":"5"}}}`}},
		{name: "a start key of an index needs the table's keys", given: indexed, exchange: exchange{
			lookUp("all", `,"ExclusiveStartKey":{"g":{"S":"$K"},"h":{"N":"4"}}`), "ValidationException: The provided starting key is invalid*"}},
		{name: "backwards works on an index", given: indexed, exchange: exchange{lookUp("all", `,"ScanIndexForward":false`),
			`{"Count":2,"ScannedCount":2,"Items":[` + indexed[0] + `,` + indexed[1] + `]}`}},
		{name: "a range condition works on an index", given: indexed, exchange: exchange{
			`Query {"IndexName":"all",` + expression("KeyConditionExpression", "g = :g AND h > :h", `{":g":{"S":"$K"},":h":{"N":"4"}}`) + `}`,
			`{"Count":1,"ScannedCount":1,"Items":[` + indexed[0] + `]}`}},
		{name: "an update moves an item within an index", given: indexed[:2], exchange: exchange{
			`UpdateItem {"Key":{$pk,"sk":{"N":"1"}},` + expression("UpdateExpression", "SET h = :h", `{":h":{"N":"1"}}`) + `}`, `{}`},
			then: []exchange{{lookUp("all", `,"ProjectionExpression":"h"`), `{"Count":2,"ScannedCount":2,"Items":[{"h":{"N":"1"}},{"h":{"N":"4"}}]}`}}},
		{name: "removing an index key takes the item from the index", given: indexed[:1], exchange: exchange{
			`UpdateItem {"Key":{$pk,"sk":{"N":"1"}},"UpdateExpression":"REMOVE h"}`, `{}`},
			then: []exchange{{lookUp("all", ``), `{"Count":0,"ScannedCount":0,"Items":[]}`}, {lookUp("keys", `,"Select":"COUNT"`),
				`{"Count":1,"ScannedCount":1}`}}},
		{name: "deleting an item takes it from its indexes", given: indexed[:1], exchange: exchange{`DeleteItem {"Key":{$pk,"sk":{"N":"1"}}}`, `{}`},
			then: []exchange{{lookUp("all", ``), `{"Count":0,"ScannedCount":0,"Items":[]}`}}},
		{name: "a filter of an index refuses its key attributes", exchange: exchange{
			`Query {"IndexName":"all","FilterExpression":"h > :h",` + expression("KeyConditionExpression", "g = :g", `{":g":{"S":"$K"},":h":{"N":"1"}}`) + `}`,
			"ValidationException: Filter Expression can only contain non-primary key attributes: Primary key attribute: h"}},
		{name: "a filter of an index takes the table's key attributes", given: indexed, exchange: exchange{
			`Query {"IndexName":"all","FilterExpression":"sk = :s",` + expression("KeyConditionExpression", "g = :g", `{":g":{"S":"$K"},":s":{"N":"2"}}`) + `}`,
			`{"Count":1,"ScannedCount":2,"Items":[` + indexed[1] + `]}`}},
		{name: "an index key of another type is refused in a put", exchange: exchange{`PutItem {"Item":{$pk,"sk":{"N":"1"},"g":{"N":"1"}}}`,
			invalidValue + "Type mismatch for Index Key g Expected: S Actual: N IndexName: *"}},
		{name: "an index key of another type is refused in an update", given: []string{`{$pk,"sk":{"N":"1"}}`}, exchange: exchange{
			`UpdateItem {"Key":{$pk,"sk":{"N":"1"}},` + expression("UpdateExpression", "SET h = :h", `{":h":{"S":"1"}}`) + `}`,
			"ValidationException: *"}},
		{name: "an empty index key is refused", exchange: exchange{`PutItem {"Item":{$pk,"sk":{"N":"1"},"g":{"S":""}}}`,
			"ValidationException: One or more parameter values are not valid. A value specified for a secondary index key is not supported. " +
				"The AttributeValue for a key attribute cannot contain an empty string value. IndexName: *, IndexKey: g"}},
		{name: "a condition takes no path into an index key", exchange: exchange{
			`PutItem {"Item":{$pk,"sk":{"N":"1"}},"ConditionExpression":"attribute_not_exists(h[1])"}`,
			"ValidationException: Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: h"}},
		{name: "a condition takes no path into a key", exchange: exchange{
			`PutItem {"Item":{$pk,"sk":{"N":"1"}},"ConditionExpression":"attribute_not_exists(pk.x)"}`,
			"ValidationException: Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk"}},
		{name: "an index is queried by its own hash key", exchange: exchange{
			`Query {"IndexName":"all",` + expression("KeyConditionExpression", "pk = :p", `{":p":{"S":"$K"}}`) + `}`,
			"ValidationException: Query condition missed key schema element: g"}},
	},
}

var scans = group{
	name:   "scans",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html",
	schema: hashTable,
	cases: []behaviour{
		{name: "an empty table scans empty", exchange: exchange{`Scan {}`, `{"Count":0,"ScannedCount":0,"Items":[]}`}},
		{name: "a scan returns all items", given: []string{`{"pk":{"S":"a"},"n":{"N":"1"}}`, `{"pk":{"S":"b"},"n":{"N":"2"}}`, `{"pk":{"S":"c"}}`},
			exchange: exchange{`Scan {"Select":"COUNT"}`, `{"Count":3,"ScannedCount":3}`}},
		{name: "a scan's filter takes key attributes", exchange: exchange{`Scan {` + expression("FilterExpression", "pk = :p", `{":p":{"S":"b"}}`) + `}`,
			`{"Count":1,"ScannedCount":3,"Items":[{"pk":{"S":"b"},"n":{"N":"2"}}]}`}},
		{name: "a scan's filter and projection work together", exchange: exchange{
			`Scan {"ProjectionExpression":"pk",` + expression("FilterExpression", "n >= :n", `{":n":{"N":"2"}}`) + `}`,
			`{"Count":1,"ScannedCount":3,"Items":[{"pk":{"S":"b"}}]}`}},
		{name: "a scan page has a last key", exchange: exchange{
			`Scan {"Limit":1}`, `{"Count":1,"ScannedCount":1,"Items":[{"...":""}],"LastEvaluatedKey":{"pk":{"S":"*"}}}`}},
		{name: "one segment of one is the whole table", exchange: exchange{
			`Scan {"Segment":0,"TotalSegments":1,"Select":"COUNT"}`, `{"Count":3,"ScannedCount":3}`}},
		{name: "a segment needs the number of segments", exchange: exchange{`Scan {"Segment":0}`,
			"ValidationException: The TotalSegments parameter is required but was not present in the request when Segment parameter is present"}},
		{name: "the number of segments needs a segment", exchange: exchange{`Scan {"TotalSegments":2}`,
			"ValidationException: The Segment parameter is required but was not present in the request when parameter TotalSegments is present"}},
		{name: "segments count from zero", exchange: exchange{`Scan {"Segment":2,"TotalSegments":2}`,
			"ValidationException: The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2"}},
		{name: "a scan of a missing index is refused", exchange: exchange{
			`Scan {"IndexName":"nope"}`, "ValidationException: The table does not have the specified index: nope"}},
		{name: "a scan's start key has the schema's names", exchange: exchange{
			`Scan {"ExclusiveStartKey":{"q":{"S":"a"}}}`, "ValidationException: The provided starting key is invalid*"}},
		{name: "a scan's Limit is at least one", exchange: exchange{`Scan {"Limit":0}`,
			"ValidationException: 1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"}},
		{name: "a scan of a missing table is not found", exchange: exchange{`Scan {"TableName":"no-such-table"}`, noTable}},
	},
}
