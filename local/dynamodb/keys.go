package dynamodb

import (
	"slices"

	"lyceum/local/dynamodb/internal/attr"
)

// Limits of keys and items in bytes.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	maxItemBytes      = 400 << 10
	maxPartitionBytes = 2048
	maxSortBytes      = 1024
)

const errKeySchema = attr.Invalid("The provided key element does not match the schema")

// checkKey wants exactly the primary key.
func (t *table) checkKey(key attr.Map) error {
	if len(key) != len(t.keys) {
		return errKeySchema
	}
	for _, k := range t.keys {
		if v := key[k.name]; v == nil || v.Type() != k.kind {
			return errKeySchema
		}
	}
	return t.checkKeyValues(key)
}

// checkItem wants an item with a good primary key and good index keys.
func (t *table) checkItem(item attr.Map) error {
	for _, k := range t.keys {
		v := item[k.name]
		if v == nil {
			return invalid("One or more parameter values were invalid: Missing the key %s in the item", k.name)
		}
		if v.Type() != k.kind {
			return invalid("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s",
				k.name, k.kind, v.Type())
		}
	}
	if _, nameless := item[""]; nameless {
		return invalid("Empty attribute name")
	}
	if err := t.checkKeyValues(item); err != nil {
		return err
	}
	return t.checkIndexKeys(item)
}

func (t *table) checkKeyValues(item attr.Map) error {
	for i, k := range t.keys {
		size := attr.Size(item[k.name])
		switch {
		case empty(item[k.name]):
			return emptyKey(item[k.name], "Key: "+k.name)
		case i == 0 && size > maxPartitionBytes:
			return invalid("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of%d bytes",
				maxPartitionBytes)
		case i == 1 && size > maxSortBytes:
			return invalid("One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of %d bytes",
				maxSortBytes)
		}
	}
	return nil
}

// empty tells a string or binary without a byte. Only they can have the size zero among key types.
func empty(v attr.Value) bool { return attr.Size(v) == 0 }

func emptyKey(v attr.Value, which string) error {
	kind := "string"
	if v.Type() == attr.TypeB {
		kind = "binary"
	}
	return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. %s",
		kind, which)
}

// checkIndexKeys wants the index keys that the item has to be usable as such. A missing one keeps it out of the index.
func (t *table) checkIndexKeys(item attr.Map) error {
	for _, x := range t.Indexes {
		for i, k := range x.keys {
			v := item[k.name]
			if v == nil || t.keys.has(k.name) {
				continue
			}
			if v.Type() != k.kind {
				return invalid("One or more parameter values were invalid: Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s",
					k.name, k.kind, v.Type(), x.Name)
			}
			if empty(v) {
				return emptyIndexKey(v, "A value specified for a secondary index key is not supported.",
					" IndexName: "+x.Name+", IndexKey: "+k.name)
			}
			limit := maxPartitionBytes
			if i == 1 {
				limit = maxSortBytes
			}
			if attr.Size(v) > limit {
				return invalid("One or more parameter values were invalid: Size of key %s of index %s has exceeded the maximum size limit of %d bytes",
					k.name, x.Name, limit)
			}
		}
	}
	return nil
}

// checkScalars refuses paths into key attributes.
func (t *table) checkScalars(nested []string) error {
	for _, name := range nested {
		kind := "Key"
		if !t.keys.has(name) {
			kind = "IndexKey"
			if !slices.ContainsFunc(t.Indexes, func(x index) bool { return x.keys.has(name) }) {
				continue
			}
		}
		return invalid("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: %s: %s", kind, name)
	}
	return nil
}

func emptyIndexKey(v attr.Value, what, which string) error {
	kind := "string"
	if v.Type() == attr.TypeB {
		kind = "binary"
	}
	return invalid("One or more parameter values are not valid. %s The AttributeValue for a key attribute cannot contain an empty %s value.%s",
		what, kind, which)
}
