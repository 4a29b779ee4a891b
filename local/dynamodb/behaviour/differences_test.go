package behaviour

import "testing"

// groups are all cases.
var groups = []group{
	tables, expiry, protocol, items, binaryKeys, numbers, types, conditions, placeholders, updates, returnValues, projections,
	queries, stringKeys, indexes, scans, batches, transactions, capacity, limits, pages,
}

// difference is a reason why DynamoDB Local 2.6.1 answers otherwise than AWS documents, and the cases it explains.
type difference struct {
	reason, source string
	cases          []string
}

// knownDifferences are only expected of an endpoint that is neither AWS nor the embedded engine: a case listed here that fails
// there is printed, one that passes is a failure.
var knownDifferences = []difference{
	{"same error, but DynamoDB Local words it its own way",
		"https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html", []string{
			"a missing table cannot be described", "a missing table cannot be deleted", "a transaction on a missing table is not found",
			"a read transaction on a missing table is not found", "a batch write to a missing table is not found",
			"a read batch of a missing table is not found", "a scan of a missing table is not found", "a missing table is not found",
			"the table is checked before the key", "a wrong key cancels a read transaction", "a batch deletion needs the exact key",
			"a batch checks the values of items", "a read batch needs exact keys", "a segment needs the number of segments",
			"the number of segments needs a segment", "segments count from zero", "an index has no consistent reads",
			"a scan of an index has no consistent reads", "a key condition names no other attribute", "a query needs the hash key",
			"a start key needs all key attributes", "a start key has the schema's types", "a start key of another partition is refused",
			"a start key of an index needs the table's keys", "duplicate strings in a set are refused", "duplicate binaries in a set are refused",
			"a put takes NONE and ALL_OLD only", "a deletion takes NONE and ALL_OLD only", "ReturnValues outside the enumeration is refused",
			"a sum of more than 38 digits is refused", "values of expressions are checked as values", "an expression of 4097 bytes is refused",
			"an item needs its hash key", "an item needs its range key", "an item's key has the schema's type", "a read needs the whole key",
			"a read takes no more than the key", "a read's key has the schema's type", "a read's key has the schema's names",
			"an update needs the whole key", "a deletion needs the whole key", "a hash key of 2049 bytes is refused",
			"a hash key of 2049 bytes is refused in a read", "a range key of 1025 bytes is refused", "39 digits are refused",
			"39 digits of a fraction are refused", "a word is no number", "an empty text is no number", "infinity is no number",
			"a hexadecimal is no number", "digit groups are no number", "an index key of another type is refused in a put",
			"an index is queried by its own hash key", "ALL_OLD of a missing item has no item in the reason",
			"a key is not both hash and range key", "a key has at most two attributes", "a new table needs a name", "an empty table name is too short",
			"a batch of 26 writes is refused", "an empty write batch is refused", "a read batch of 101 keys is refused",
			"an empty read batch is refused", "a scan's Limit is at least one", "Limit zero is refused",
		}},
	{"JSON of the wrong shape is a SerializationException; DynamoDB Local converts it or fails with status 500",
		"https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html", []string{
			"a body that is no JSON is refused", "an array for a request is refused", "a number for a name is refused", "a string for a key is refused",
			"a number for an attribute value is refused", "a JSON number for a number is refused", "a JSON number for a string is refused",
			"a string for a boolean is refused", "a string for a set is refused", "a list for a map is refused", "a binary that is no base64 is refused",
			"a string for a limit is refused", "a string for ConsistentRead is refused",
		}},
	{"required parameters, enumerations, values and expressions are checked before the table is looked up; DynamoDB Local does not",
		"https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CommonErrors.html", []string{
			"a request needs a key", "a put needs an item", "parameters are checked before the table", "values are checked before the table",
			"expressions are checked before the table", "a legacy parameter beside an expression is refused", "ReturnConsumedCapacity outside the enumeration is refused",
			"an update in a transaction needs an update expression",
		}},
	{"leading and trailing zeros are trimmed; DynamoDB Local keeps them in documents and in the results of arithmetic",
		"https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number", []string{
			"SET adds numbers", "ADD adds to a number", "numbers in documents get the canonical form",
		}},
	{"UPDATED_OLD and UPDATED_NEW return only what was updated; DynamoDB Local returns all around it",
		"https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html#DDB-UpdateItem-request-ReturnValues", []string{
			"UPDATED_NEW returns only the changed member of a map", "UPDATED_NEW returns the changed elements of a list without gaps",
			"UPDATED_OLD returns only the changed element of a nested list", "UPDATED_NEW of an update without an expression returns nothing",
		}},
	{"removing attributes of a missing item does nothing; DynamoDB Local makes the item",
		"https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.AttributeUpdates.html", []string{
			"an update that only removes makes no item",
		}},
	{"capacity is returned only on request; DynamoDB Local returns it for the deletion of a missing item",
		"https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html", []string{
			"deleting a missing item succeeds", "ALL_OLD of a missing item's deletion returns nothing",
		}},
	{"a query that finds nothing costs the minimum; DynamoDB Local takes 0",
		"https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html", []string{
			"a query of nothing costs half a unit", "a consistent query of nothing costs 1 unit",
		}},
	{"a missing item in a batch costs the minimum; DynamoDB Local takes 0",
		"https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html", []string{
			"a batch read rounds each item",
		}},
	{"a write costs 1 unit per KB, in a transaction 2; DynamoDB Local takes more for deletions of missing items in a batch and for checks",
		"https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html", []string{
			"a batch write rounds each item", "a transactional write costs twice, also for checks",
		}},
	{"an invalid update of the stored item cancels the transaction with a reason; DynamoDB Local answers a ValidationException",
		"https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html", []string{
			"an update of a wrong type cancels with a validation error",
		}},
	{"an index key has the type of its definition; DynamoDB Local accepts another one from an update",
		"https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html", []string{
			"an index key of another type is refused in an update",
		}},
	{"a page of an index counts what is projected; DynamoDB Local counts whole items, as its usage notes say",
		"https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.UsageNotes.html", []string{
			"a page of an index counts what is projected",
		}},
	{"a page that reaches 1 MB ends with a last key; DynamoDB Local leaves it out when nothing follows",
		"https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html", []string{"a query page ends at 1 MB"}},
}

func known(name string) (difference, bool) {
	for _, d := range knownDifferences {
		for _, c := range d.cases {
			if c == name {
				return d, true
			}
		}
	}
	return difference{}, false
}

func TestCaseNamesAreUniqueAndKnownDifferencesNameCases(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, g := range groups {
		for _, c := range g.cases {
			if names[c.name] {
				t.Errorf("two cases are called %q", c.name)
			}
			names[c.name] = true
		}
	}
	for _, d := range knownDifferences {
		for _, c := range d.cases {
			if !names[c] {
				t.Errorf("no case is called %q", c)
			}
		}
	}
}
