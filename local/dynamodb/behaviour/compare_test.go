package behaviour

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	operations = flag.Int("operations", 3000, "random operations of TestCompare")
	seed       = flag.Uint64("seed", 0, "seed of TestCompare; 0 takes one from the clock")
)

// player answers requests on one table.
type player interface{ play(request) answer }

// remote is a player behind an endpoint.
type remote struct {
	t *testing.T
	*client
	table string
}

func newRemote(t *testing.T, url string) remote {
	c := newClient(url)
	return remote{t, c, c.createTable(t, indexTable)}
}

// play sends the request and, for what is not ordered between servers, gathers all pages into one answer.
func (r remote) play(q request) answer {
	r.t.Helper()
	body := maps.Clone(q.body)
	var all []any
	for page := 0; ; page++ {
		if q.body["RequestItems"] == nil && q.body["TransactItems"] == nil {
			body["TableName"] = "$T"
		}
		raw, err := json.Marshal(body)
		if err != nil {
			r.t.Fatal(err)
		}
		a, err := r.call(context.Background(), q.operation, strings.ReplaceAll(string(raw), "$T", r.table))
		if err != nil {
			r.t.Fatalf("%s %s: %v", q.operation, raw, err)
		}
		if a.fault != "" || q.operation != "Scan" && q.body["IndexName"] == nil {
			return a
		}
		found, _ := a.body["Items"].([]any)
		for _, item := range found {
			all = append(all, normal("", item))
		}
		if a.body["LastEvaluatedKey"] == nil {
			if page > 0 || body["Limit"] != nil {
				delete(a.body, "ConsumedCapacity") // pages round one by one, and their borders depend on the order
				delete(a.body, "ScannedCount")
			}
			a.body["Items"], a.body["Count"] = sorted(all), len(all)
			return a
		}
		body["ExclusiveStartKey"] = a.body["LastEvaluatedKey"]
	}
}

// TestCompare plays random operations on the embedded engine and on the endpoint, or on a model, and compares every answer.
func TestCompare(t *testing.T) {
	t.Parallel()
	start := cmp.Or(*seed, uint64(time.Now().UnixNano()))
	fmt.Printf("compare: -operations %d -seed %d\n", *operations, start)
	g := &generator{Rand: rand.New(rand.NewPCG(start, 0))}
	engine := newRemote(t, serveEngine(t))
	var other player = model{}
	if *endpoint != "" {
		other = newRemote(t, *endpoint)
	}
	reasons := map[string]int{}
	for i := range *operations {
		r := g.request(*endpoint == "")
		items := before(engine, r)
		got, want := engine.play(r), other.play(r)
		if *endpoint == "" && want.body != nil {
			delete(got.body, "ConsumedCapacity")
		}
		if same(got, want) {
			continue
		}
		reason := explained(r, got, want)
		if reason == "" {
			t.Fatalf("operation %d of seed %d: %s %s\non the items %s\nengine %s\nother  %s",
				i, start, r.operation, line(r.body), items, got, want)
		}
		reasons[reason]++
		for _, key := range keysOf(r) { // what only one of them wrote must not make further differences
			forget := request{operation: "DeleteItem", body: object{"Key": key}}
			engine.play(forget)
			other.play(forget)
		}
	}
	if *endpoint != "" {
		everything := request{operation: "Scan", body: object{}}
		if got, want := engine.play(everything), other.play(everything); !same(got, want) {
			t.Errorf("seed %d: the tables differ at the end\nengine %s\nother  %s", start, summary(got), summary(want))
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Printf("- %d × %s\n", reasons[reason], reason)
	}
}

// same compares what a caller sees, apart from error texts, the order of sets and batches, and the form of numbers.
func same(a, b answer) bool { return summary(a) == summary(b) }

func summary(a answer) string {
	if a.fault != "" {
		return fmt.Sprint(a.status, " ", a.fault)
	}
	return line(a.body)
}

// line is the normal form of a JSON value.
func line(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return err.Error()
	}
	raw, err = json.Marshal(normal("", plain))
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

func normal(name string, v any) any {
	switch v := v.(type) {
	case object:
		for name, m := range v {
			v[name] = normal(name, m)
		}
		delete(v, "TableName")
		delete(v, "ReadCapacityUnits") // of transactions; the same number as CapacityUnits
		delete(v, "WriteCapacityUnits")
		if responses, ok := v["Responses"].(object); ok { // of a batch; those of a transaction are a list in order
			v["Responses"] = object{"of the table": slices.Collect(maps.Values(responses))}
		}
	case []any:
		for i, m := range v {
			v[i] = normal(name, m)
		}
		if strings.HasSuffix(name, "S") || strings.HasPrefix(name, "behaviour-") {
			return sorted(v)
		}
	case string:
		if n, ok := new(big.Rat).SetString(v); ok && strings.HasPrefix(name, "N") {
			return n.RatString()
		}
	}
	return v
}

// keysOf are the keys that a request may write.
func keysOf(r request) []object {
	var keys []object
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case object:
			if v["pk"] != nil && v["sk"] != nil {
				keys = append(keys, object{"pk": v["pk"], "sk": v["sk"]})
				return
			}
			for _, m := range v {
				walk(m)
			}
		case []any:
			for _, m := range v {
				walk(m)
			}
		}
	}
	if r.operation != "Query" && r.operation != "Scan" {
		walk(r.body)
	}
	return keys
}

// before are the items that a request names, before it.
func before(engine remote, r request) string {
	var items []string
	for _, key := range keysOf(r) {
		a := engine.play(request{operation: "GetItem", body: object{"Key": key}})
		items = append(items, line(a.body["Item"]))
	}
	return strings.Join(items, "\n  and ")
}

// explained gives the reason of a difference between the embedded engine and DynamoDB Local, or "". Most stand in
// knownDifferences with their sources; where AWS documents nothing (a Limit reached at the end of a range, filters of index
// scans, the second operand of if_not_exists) the engine's choice is named. Capacity of batches and transactions is not
// compared exactly here, because of those differences: the cases on consumed capacity do that.
func explained(r request, engine, local answer) string {
	sameBut := func(member string) bool {
		a, b := maps.Clone(engine.body), maps.Clone(local.body)
		delete(a, member)
		delete(b, member)
		return engine.fault == local.fault && line(a) == line(b)
	}
	if e, l := indexUnits(engine), indexUnits(local); sameBut("ConsumedCapacity") && e == nil && l != nil {
		return "a write costs an index nothing if neither the old nor the new item has all of its keys"
	}
	if strings.Contains(engine.message, "This attribute is part of the key") && local.fault == "ConditionalCheckFailedException" {
		return "an update of the key is refused before the condition is judged"
	}
	if engine.fault == "" && local.fault == "ValidationException" && strings.Contains(line(r.body), "if_not_exists") {
		return "if_not_exists looks at its second operand only if the first does not exist"
	}
	switch r.operation {
	case "Query", "Scan":
		index, _ := r.body["IndexName"].(string)
		if index != "" && index != "all" && sameBut("ConsumedCapacity") {
			return "reading an index costs what is projected"
		}
		if r.operation == "Scan" && engine.fault == "ValidationException" && strings.Contains(engine.message, "does not project") {
			return "a scan of an index refuses a filter on what is not projected, as a query does"
		}
		if sameBut("LastEvaluatedKey") && local.body["LastEvaluatedKey"] == nil {
			return "a page ends with a last key when its Limit is reached, also at the end of the range"
		}
		if sameBut("ConsumedCapacity") && engine.body["ScannedCount"] == 0.0 {
			return "a query that finds nothing costs the minimum"
		}
	case "BatchGetItem":
		if sameBut("ConsumedCapacity") {
			return "a missing item in a batch costs the minimum"
		}
	case "BatchWriteItem":
		if sameBut("ConsumedCapacity") {
			return "deleting a missing item in a batch costs 1 unit"
		}
	case "UpdateItem":
		if returned, _ := r.body["ReturnValues"].(string); strings.HasPrefix(returned, "UPDATED_") && sameBut("Attributes") {
			return "UPDATED_OLD and UPDATED_NEW return only what was updated"
		}
		if engine.fault == "ValidationException" && local.fault == "" && setsIndexKey(r.body) {
			return "an index key has the type of its definition, also in updates"
		}
	case "TransactWriteItems":
		if sameBut("ConsumedCapacity") {
			return "a check in a transaction costs as much as a write"
		}
		if engine.fault == "TransactionCanceledException" && local.fault == "" && setsIndexKey(r.body) {
			return "an index key has the type of its definition, also in updates"
		}
		if strings.Contains(engine.message, "multiple operations on one item") && local.fault == "TransactionCanceledException" {
			return "two actions on one item are refused before any condition is judged"
		}
		if engine.fault == "TransactionCanceledException" && local.fault == "ValidationException" {
			return "an invalid update of the stored item cancels the transaction"
		}
	}
	return ""
}

// setsIndexKey tells whether an update expression in the request gives h or g a value.
func setsIndexKey(body object) bool {
	return regexp.MustCompile(`"UpdateExpression":"[^"]*((SET|,) [gh] =|ADD [gh] )`).MatchString(line(body))
}

// indexUnits is what an answer says of the index with two keys, or nil.
func indexUnits(a answer) any {
	capacity, _ := a.body["ConsumedCapacity"].(object)
	indexes, _ := capacity["GlobalSecondaryIndexes"].(object)
	return indexes["all"]
}
