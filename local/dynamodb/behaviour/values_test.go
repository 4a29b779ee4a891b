package behaviour

const (
	nines  = "99999999999999999999999999999999999999" // 38 digits
	zeroes = "00000000000000000000000000000000000000"
)

// stored puts the value of attribute a and wants it back in this form, or an error.
func stored(name, value, want string) behaviour {
	b := behaviour{name: name, exchange: exchange{`PutItem {"Item":{$pk,"a":` + value + `}}`, want}}
	if want == "" || want[0] == '{' {
		b.want = "{}"
		if want == "" {
			want = value
		}
		b.then = []exchange{{`GetItem {"Key":{$pk}}`, `{"Item":{$pk,"a":` + want + `}}`}}
	}
	return b
}

var numbers = group{
	name:   "numbers",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number",
	schema: hashTable,
	cases: []behaviour{
		stored("leading zeros are trimmed", `{"N":"00042"}`, `{"N":"42"}`),
		stored("trailing zeros of a fraction are trimmed", `{"N":"3.1400"}`, `{"N":"3.14"}`),
		stored("a fraction of zeros is trimmed", `{"N":"1.000"}`, `{"N":"1"}`),
		stored("an exponent is written out", `{"N":"1.5E2"}`, `{"N":"150"}`),
		stored("a negative exponent is written out", `{"N":"15e-3"}`, `{"N":"0.015"}`),
		stored("a plus sign is dropped", `{"N":"+7"}`, `{"N":"7"}`),
		stored("minus zero is zero", `{"N":"-0.0"}`, `{"N":"0"}`),
		stored("zero with an exponent is zero", `{"N":"0e100"}`, `{"N":"0"}`),
		stored("a fraction gets a leading zero", `{"N":"-.5"}`, `{"N":"-0.5"}`),
		stored("38 digits are kept", `{"N":"`+nines+`"}`, ``),
		stored("38 digits of a fraction are kept", `{"N":"-1.2345678901234567890123456789012345678"}`, ``),
		stored("zeros around 38 digits do not count", `{"N":"000`+nines+`000"}`, `{"N":"`+nines+`000"}`),
		stored("39 digits are refused", `{"N":"1`+nines+`"}`, "ValidationException: Attempting to store more than 38 significant digits in a Number"),
		stored("39 digits of a fraction are refused", `{"N":"1.`+nines+`"}`,
			"ValidationException: Attempting to store more than 38 significant digits in a Number"),
		stored("the largest number is kept", `{"N":"9.9999999999999999999999999999999999999E+125"}`, `{"N":"`+nines+zeroes+zeroes+`000000000000"}`),
		stored("the largest number's successor overflows", `{"N":"1E126"}`,
			"ValidationException: Number overflow. Attempting to store a number with magnitude larger than supported range"),
		stored("a negative number overflows too", `{"N":"-1E126"}`,
			"ValidationException: Number overflow. Attempting to store a number with magnitude larger than supported range"),
		stored("the smallest number is kept", `{"N":"1E-130"}`, `{"N":"0.`+zeroes+zeroes+zeroes+`0000000000000001"}`),
		stored("a smaller number underflows", `{"N":"1E-131"}`,
			"ValidationException: Number underflow. Attempting to store a number with magnitude smaller than supported range"),
		stored("a word is no number", `{"N":"twelve"}`, "ValidationException: The parameter cannot be converted to a numeric value: twelve"),
		stored("an empty text is no number", `{"N":""}`, "ValidationException: The parameter cannot be converted to a numeric value"),
		stored("infinity is no number", `{"N":"Infinity"}`, "ValidationException: The parameter cannot be converted to a numeric value: Infinity"),
		stored("a hexadecimal is no number", `{"N":"0x1F"}`, "ValidationException: The parameter cannot be converted to a numeric value: 0x1F"),
		stored("digit groups are no number", `{"N":"1,000"}`, "ValidationException: The parameter cannot be converted to a numeric value: 1,000"),
		stored("numbers in sets get the canonical form", `{"NS":["1.0","2E1"]}`, `{"NS":["1","20"]}`),
		stored("numbers in documents get the canonical form", `{"L":[{"M":{"n":{"N":"01.10"}}}]}`, `{"L":[{"M":{"n":{"N":"1.1"}}}]}`),
		stored("equal numbers in a set are duplicates", `{"NS":["1","1.0"]}`, "ValidationException: Input collection contains duplicates"),
	},
}

var types = group{
	name:   "types, sets and empty values",
	source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html",
	schema: hashTable,
	cases: []behaviour{
		stored("an empty string is kept", `{"S":""}`, ``),
		stored("an empty binary is kept", `{"B":""}`, ``),
		stored("an empty list is kept", `{"L":[]}`, ``),
		stored("an empty map is kept", `{"M":{}}`, ``),
		stored("every type is kept inside a document", `{"M":{"s":{"S":"x"},"n":{"N":"1"},"b":{"B":"YQ=="},"t":{"BOOL":true},"f":{"BOOL":false},
			"z":{"NULL":true},"ss":{"SS":["x"]},"ns":{"NS":["1"]},"bs":{"BS":["YQ=="]},"l":{"L":[{"L":[]},{"M":{}}]}}}`, ``),
		stored("strings keep any Unicode", `{"S":"\u0000é漢🚀\"\\\n"}`, ``),
		stored("attribute names keep any Unicode", `{"M":{"ключ 🔑.[0]":{"N":"1"}}}`, ``),
		stored("a set may hold one empty string", `{"SS":["","x"]}`, ``),
		stored("an empty string set is refused", `{"SS":[]}`, invalidValue+"An string set  may not be empty"),
		stored("an empty number set is refused", `{"NS":[]}`, invalidValue+"An number set  may not be empty"),
		stored("an empty binary set is refused", `{"BS":[]}`, invalidValue+"Binary sets should not be empty"),
		stored("an empty set inside a map is refused", `{"M":{"s":{"SS":[]}}}`, invalidValue+"An string set  may not be empty"),
		stored("an empty set inside a list is refused", `{"L":[{"NS":[]}]}`, invalidValue+"An number set  may not be empty"),
		stored("duplicate strings in a set are refused", `{"SS":["a","b","a"]}`, invalidValue+"Input collection [a, b, a] contains duplicates."),
		stored("duplicate binaries in a set are refused", `{"BS":["YQ==","YQ=="]}`,
			invalidValue+"Input collection [YQ==, YQ==]of type BS contains duplicates."),
		stored("a value needs a type", `{}`, "ValidationException: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
		stored("a value has one type", `{"S":"a","N":"1"}`,
			"ValidationException: Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"),
		stored("a nested value needs a type", `{"L":[{}]}`,
			"ValidationException: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
		{name: "32 levels of nesting are kept", exchange: exchange{`PutItem {"Item":{$pk,"a":` + nested(31) + `}}`, `{}`},
			then: []exchange{{`GetItem {"Key":{$pk}}`, `{"Item":{$pk,"a":` + nested(31) + `}}`}}},
		{name: "33 levels of nesting are refused", exchange: exchange{`PutItem {"Item":{$pk,"a":` + nested(33) + `}}`,
			"ValidationException: Nesting Levels have exceeded supported limits*"}},
		{name: "an attribute needs a name", exchange: exchange{`PutItem {"Item":{$pk,"":{"N":"1"}}}`, "ValidationException: *"}},
	},
}

// nested is a string inside n lists.
func nested(n int) string {
	if n == 0 {
		return `{"S":"x"}`
	}
	return `{"L":[` + nested(n-1) + `]}`
}
