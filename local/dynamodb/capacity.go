package dynamodb

import (
	"maps"
	"slices"

	"lyceum/local/dynamodb/internal/attr"
)

// Sizes in bytes of one capacity unit.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
const (
	readUnit  = 4096
	writeUnit = 1024
)

// readUnits are the units of reading size bytes; nothing costs as much as one unit.
func readUnits(size int, consistent bool) float64 {
	units := float64(max(1, (size+readUnit-1)/readUnit))
	if !consistent {
		units /= 2
	}
	return units
}

func writeUnits(size int) float64 { return float64(max(1, (size+writeUnit-1)/writeUnit)) }

// replaceUnits are the units of replacing an item: the larger one counts.
func replaceUnits(before, after attr.Map) float64 {
	return writeUnits(max(before.ItemSize(), after.ItemSize()))
}

// consumption is what a call used of one table.
type consumption struct {
	table   float64
	indexes map[string]float64
}

func (c *consumption) chargeIndex(name string, units float64) {
	if c.indexes == nil {
		c.indexes = map[string]float64{}
	}
	c.indexes[name] += units
}

// ledger is what a call used of each table.
type ledger map[string]*consumption

func (l ledger) of(t *table) *consumption {
	if l[t.Name] == nil {
		l[t.Name] = &consumption{}
	}
	return l[t.Name]
}

type (
	consumedCapacity struct {
		TableName              string
		CapacityUnits          float64
		ReadCapacityUnits      float64             `json:",omitzero"`
		WriteCapacityUnits     float64             `json:",omitzero"`
		Table                  *capacity           `json:",omitempty"`
		GlobalSecondaryIndexes map[string]capacity `json:",omitempty"`
	}
	capacity struct {
		CapacityUnits      float64
		ReadCapacityUnits  float64 `json:",omitzero"`
		WriteCapacityUnits float64 `json:",omitzero"`
	}
)

// unitKind says whether a transaction's answer also names the units as read or write ones.
type unitKind int

const (
	plainUnits unitKind = iota
	transactionReads
	transactionWrites
)

func (k unitKind) capacity(units float64) capacity {
	c := capacity{CapacityUnits: units}
	switch k {
	case transactionReads:
		c.ReadCapacityUnits = units
	case transactionWrites:
		c.WriteCapacityUnits = units
	}
	return c
}

// report is the ConsumedCapacity of an answer: nil, the total, or also its parts.
func (c *consumption) report(table, mode string, kind unitKind) *consumedCapacity {
	if mode != "TOTAL" && mode != "INDEXES" {
		return nil
	}
	sum := c.table
	for _, units := range c.indexes {
		sum += units
	}
	total := kind.capacity(sum)
	out := &consumedCapacity{TableName: table, CapacityUnits: total.CapacityUnits,
		ReadCapacityUnits: total.ReadCapacityUnits, WriteCapacityUnits: total.WriteCapacityUnits}
	if mode == "INDEXES" {
		own := kind.capacity(c.table)
		out.Table = &own
		for name, units := range c.indexes {
			if out.GlobalSecondaryIndexes == nil {
				out.GlobalSecondaryIndexes = map[string]capacity{}
			}
			out.GlobalSecondaryIndexes[name] = kind.capacity(units)
		}
	}
	return out
}

// report lists the tables by name.
func (l ledger) report(mode string, kind unitKind) []*consumedCapacity {
	var out []*consumedCapacity
	for _, name := range slices.Sorted(maps.Keys(l)) {
		if r := l[name].report(name, mode, kind); r != nil {
			out = append(out, r)
		}
	}
	return out
}

// returnCapacity checks the parameter that asks for a report.
func (v *violations) returnCapacity(mode string) {
	v.oneOf("returnConsumedCapacity", mode, "INDEXES", "TOTAL", "NONE")
}
