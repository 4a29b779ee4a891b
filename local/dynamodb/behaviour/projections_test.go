package behaviour

const document = `"a":{"N":"1"},"m":{"M":{"x":{"N":"1"},"y":{"M":{"z":{"N":"2"}}}}},"l":{"L":[{"N":"0"},{"N":"1"},{"L":[{"N":"2"}]}]}`

var projections = group{
	name:   "projection expressions",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html",
	schema: hashTable,
	cases: []behaviour{
		projection("named attributes are returned, and no others", document, `a, pk`, ``, `"pk":{"S":"$K"},"a":{"N":"1"}`),
		projection("a missing attribute is left out", document, `a, q`, ``, `"a":{"N":"1"}`),
		projection("an item without any of the attributes is returned empty", document, `q`, ``, ``),
		projection("a member of a map comes inside its map", document, `m.y.z`, ``, `"m":{"M":{"y":{"M":{"z":{"N":"2"}}}}}`),
		projection("two members of a map are joined", document, `m.x, m.y.z`, ``, `"m":{"M":{"x":{"N":"1"},"y":{"M":{"z":{"N":"2"}}}}}`),
		projection("list elements come without gaps", document, `l[0], l[2]`, ``, `"l":{"L":[{"N":"0"},{"L":[{"N":"2"}]}]}`),
		projection("list elements keep the order of the list", document, `l[1], l[0]`, ``, `"l":{"L":[{"N":"0"},{"N":"1"}]}`),
		projection("an element of an inner list comes inside its lists", document, `l[2][0]`, ``, `"l":{"L":[{"L":[{"N":"2"}]}]}`),
		projection("a path into nothing is left out", document, `a.b, l[9], m.q`, ``, ``),
		projection("placeholders stand for names", `"name":{"N":"1"}`, `#n`, `{"#n":"name"}`, `"name":{"N":"1"}`),
		projection("a dot inside a placeholder is part of the name", `"a.b":{"N":"1"},"a":{"M":{"b":{"N":"2"}}}`, `#n`, `{"#n":"a.b"}`, `"a.b":{"N":"1"}`),
		projection("one path twice overlaps in a projection", document, `a, a`, ``,
			"ValidationException: Invalid ProjectionExpression: Two document paths overlap with each other; "+
				"must remove or rewrite one of these paths; path one: [a], path two: [a]"),
		projection("a map and its member overlap in a projection", document, `m, m.x`, ``,
			"ValidationException: Invalid ProjectionExpression: Two document paths overlap with each other; "+
				"must remove or rewrite one of these paths; path one: [m], path two: [m, x]"),
		projection("a member and an index conflict in a projection", document, `m.x, m[0]`, ``,
			"ValidationException: Invalid ProjectionExpression: Two document paths conflict with each other; "+
				"must remove or rewrite one of these paths; path one: [m, x], path two: [m, [0]]"),
		projection("a reserved word is refused in a projection", document, `a, items`, ``,
			"ValidationException: Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: items"),
		projection("a missing comma is a syntax error", document, `a b`, ``,
			`ValidationException: Invalid ProjectionExpression: Syntax error; token: "b", near: "a b"`),
		projection("a trailing comma is a syntax error", document, `a,`, ``,
			`ValidationException: Invalid ProjectionExpression: Syntax error; token: "<EOF>", near: ","`),
		projection("a function is no path", document, `whatever(a)`, ``,
			`ValidationException: Invalid ProjectionExpression: Syntax error; token: "(", near: "whatever(a"`),
		projection("a value is no path", document, `:v`, ``, `ValidationException: Invalid ProjectionExpression: Syntax error; token: ":v", near: ":v"`),
		projection("a projection takes no path into a key", document, `a, pk.x`, ``,
			"ValidationException: Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk"),
		projection("an unused name is refused in a projection", document, `a`, `{"#n":"name"}`,
			"ValidationException: Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}"),
	},
}
