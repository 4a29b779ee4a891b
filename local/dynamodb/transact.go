package dynamodb

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	bolt "go.etcd.io/bbolt"

	"lyceum/local/dynamodb/internal/attr"
)

// Limits of transactions; bytes are those of all their items.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	maxTransactMembers = 100
	maxTransactBytes   = 4 << 20
)

type (
	transactWriteItemsInput struct {
		TransactItems               []transactWrite
		ClientRequestToken          *string
		ReturnConsumedCapacity      string
		ReturnItemCollectionMetrics string
	}
	transactWrite struct {
		ConditionCheck *transactMember `json:",omitempty"`
		Put            *transactMember `json:",omitempty"`
		Update         *transactMember `json:",omitempty"`
		Delete         *transactMember `json:",omitempty"`
	}
	transactMember struct {
		writeInput
		Key              attr.Input `json:",omitzero"`
		Item             attr.Input `json:",omitzero"`
		UpdateExpression *string    `json:",omitempty"`
	}
	transactWriteItemsOutput struct {
		ConsumedCapacity []*consumedCapacity `json:",omitempty"`
	}
)

func (c *call) transactWriteItems(in *transactWriteItemsInput) (*transactWriteItemsOutput, error) {
	writes, err := in.writes(c)
	if err != nil {
		return nil, err
	}
	asked := permissions{}
	for _, w := range writes {
		asked.add(w.action, c.tableARN(w.tableName), w.leadingKey(c))
	}
	if err := c.authorizeAll(asked); err != nil {
		return nil, err
	}
	if err := c.checkMembers(writes); err != nil {
		return nil, err
	}
	var hash [sha256.Size]byte
	token := in.ClientRequestToken != nil && *in.ClientRequestToken != ""
	if token {
		canonical, err := json.Marshal(in.TransactItems, json.Deterministic(true))
		if err != nil {
			return nil, err
		}
		hash = sha256.Sum256(canonical)
	}
	used, kind := ledger{}, transactionWrites
	err = c.update(func(tx *bolt.Tx) error {
		if token {
			known, err := c.claim(tx, *in.ClientRequestToken, hash[:])
			if err != nil {
				return err
			}
			if known {
				kind = transactionReads
				return chargeReads(tx, writes, used)
			}
		}
		return c.applyAll(tx, writes, used)
	})
	if err != nil {
		return nil, err
	}
	used.double()
	return &transactWriteItemsOutput{used.report(in.ReturnConsumedCapacity, kind)}, nil
}

// double charges the second round of a transaction.
func (l ledger) double() {
	for _, c := range l {
		c.table *= 2
		for name := range c.indexes {
			c.indexes[name] *= 2
		}
	}
}

// writes validates the members up to what needs their tables.
func (in *transactWriteItemsInput) writes(c *call) ([]*write, error) {
	var v violations
	v.returnCapacity(in.ReturnConsumedCapacity)
	v.oneOf("returnItemCollectionMetrics", in.ReturnItemCollectionMetrics, "SIZE", "NONE")
	if t := in.ClientRequestToken; t != nil && len(*t) > 36 {
		v.add("'"+*t+"'", "clientRequestToken", "have length less than or equal to 36")
	}
	v.members(len(in.TransactItems), in.TransactItems != nil)
	for i, item := range in.TransactItems {
		for _, m := range item.members() {
			if m.in == nil {
				continue
			}
			prefix := fmt.Sprintf("transactItems.%d.member.%s.", i+1, m.name)
			m.in.check(c, &v, prefix, m.keyName(), m.key())
			if m.name == "conditionCheck" {
				v.required(prefix+"conditionExpression", m.in.ConditionExpression != nil)
			}
			if m.name == "update" {
				v.required(prefix+"updateExpression", m.in.UpdateExpression != nil)
			}
		}
	}
	if err := v.err(); err != nil {
		return nil, err
	}
	writes := make([]*write, 0, len(in.TransactItems))
	for _, item := range in.TransactItems {
		members := slices.DeleteFunc(item.members(), func(m namedMember) bool { return m.in == nil })
		if len(members) != 1 {
			return nil, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
		}
		m := members[0]
		w, err := m.in.write(m.action, m.key(), m.in.UpdateExpression)
		if err != nil {
			return nil, err
		}
		writes = append(writes, w)
	}
	return writes, nil
}

// members counts the members of a transaction.
func (v *violations) members(n int, given bool) {
	v.required("transactItems", given)
	switch {
	case given && n == 0:
		v.add("'[]'", "transactItems", "have length greater than or equal to 1")
	case n > maxTransactMembers:
		v.add(fmt.Sprintf("'[%d members]'", n), "transactItems", fmt.Sprintf("have length less than or equal to %d", maxTransactMembers))
	}
}

// namedMember is one of the four kinds of a transaction's member.
type namedMember struct {
	name, action string
	in           *transactMember
}

func (t transactWrite) members() []namedMember {
	return []namedMember{
		{"conditionCheck", "ConditionCheckItem", t.ConditionCheck}, {"put", "PutItem", t.Put},
		{"update", "UpdateItem", t.Update}, {"delete", "DeleteItem", t.Delete},
	}
}

func (m namedMember) keyName() string {
	if m.name == "put" {
		return "item"
	}
	return "key"
}

func (m namedMember) key() attr.Input {
	if m.name == "put" {
		return m.in.Item
	}
	return m.in.Key
}

// checkMembers checks each member against its table; those that fail cancel the transaction.
func (c *call) checkMembers(writes []*write) error {
	for _, w := range writes {
		if err := w.find(c); err != nil {
			return err
		}
		if w.table.Global == Strong {
			return errNoTransactions
		}
	}
	reasons, failed := noReasons(len(writes)), false
	seen := map[string]bool{}
	size := 0
	for i, w := range writes {
		if err := w.check(); err != nil {
			reasons[i], failed = cancellationReason{Code: "ValidationError", Message: err.Error()}, true
			continue
		}
		at := w.tableName + "\x00" + string(w.primary)
		if seen[at] {
			return invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[at] = true
		size += w.key.ItemSize()
	}
	if failed {
		return cancelled(reasons)
	}
	if size > maxTransactBytes {
		return invalid("Collection size of items in transaction exceeds the limit of %d bytes", maxTransactBytes)
	}
	return nil
}

func noReasons(n int) []cancellationReason {
	return slices.Repeat([]cancellationReason{{Code: "None"}}, n)
}

// applyAll makes all changes, or none if a member fails. All are judged, so that each failure has its reason.
func (c *call) applyAll(tx *bolt.Tx, writes []*write, used ledger) error {
	reasons, failed := noReasons(len(writes)), false
	size := 0
	for i, w := range writes {
		made, err := w.apply(c, tx, used.of(w.table))
		if e, ok := errors.AsType[*apiError](err); ok && e.Type == ofDynamoDB+"ConditionalCheckFailedException" {
			reasons[i], failed = cancellationReason{"ConditionalCheckFailed", e.Item, conditionFailed}, true
		} else if e, ok := errors.AsType[attr.Invalid](err); ok {
			reasons[i], failed = cancellationReason{Code: "ValidationError", Message: string(e)}, true
		} else if err != nil {
			return err
		}
		size += made.after.ItemSize()
	}
	if failed {
		return cancelled(reasons)
	}
	if size > maxTransactBytes {
		return invalid("Collection size of items in transaction exceeds the limit of %d bytes", maxTransactBytes)
	}
	return nil
}

// chargeReads charges the repetition of a transaction that is already done.
func chargeReads(tx *bolt.Tx, writes []*write, used ledger) error {
	for _, w := range writes {
		item, err := w.table.get(tx, w.primary)
		if err != nil {
			return err
		}
		used.of(w.table).table += readUnits(item.ItemSize(), true)
	}
	return nil
}
