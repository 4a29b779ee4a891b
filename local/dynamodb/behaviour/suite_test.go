package behaviour

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var endpoint = flag.String("endpoint", "", "URL of the DynamoDB to test instead of the embedded engine")

// group is a set of cases on one table and one topic.
type group struct {
	name, source string // source is the page of the AWS documentation
	schema       string // of CreateTable; without one there is no table and no TableName is added
	cases        []behaviour
}

// behaviour is one documented behaviour: the given items, then a request and its answer, then perhaps more of them.
//
// A request is an operation and its JSON; the group's TableName is added. In all texts $T is the table, $K a key of 4 bytes that no
// other case uses, $pk the attribute pk with that key, and $x*400$ stands for 400 letters x.
type behaviour struct {
	name  string
	given []string
	exchange
	then []exchange
}

// exchange is one request and what is wanted: JSON or an error, as mismatch reads it.
type exchange struct{ call, want string }

// Schemas of the groups' tables.
const (
	hashTable   = `"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],` + hashKey
	hashKey     = `"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]`
	rangeTable  = `"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}],` + rangeKey
	stringTable = `"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}],` + rangeKey
	binaryTable = `"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"B"}],` + rangeKey
	rangeKey    = `"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]`
	indexTable  = `"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},
		{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"N"}],` + rangeKey + `,"GlobalSecondaryIndexes":[
		{"IndexName":"all","Projection":{"ProjectionType":"ALL"},
			"KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}]},
		{"IndexName":"keys","Projection":{"ProjectionType":"KEYS_ONLY"},"KeySchema":[{"AttributeName":"g","KeyType":"HASH"}]},
		{"IndexName":"some","Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["a"]},"KeySchema":[{"AttributeName":"g","KeyType":"HASH"}]}]`
)

func TestBehaviour(t *testing.T) {
	t.Parallel()
	c := newClient(serve(t))
	var mu sync.Mutex
	passed, differing := 0, map[string][]string{}
	t.Cleanup(func() { report(passed, differing) })
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			table := ""
			if g.schema != "" {
				table = c.createTable(t, g.schema)
			}
			for i, b := range g.cases {
				t.Run(b.name, func(t *testing.T) {
					wrong := c.check(b, table, fmt.Sprintf("k%03d", i))
					d, listed := known(b.name)
					listed = listed && expectDifferences()
					mu.Lock()
					defer mu.Unlock()
					switch {
					case listed && wrong == "":
						t.Error("no longer differs; take it from knownDifferences")
					case listed:
						differing[d.reason+"\n  "+d.source] = append(differing[d.reason+"\n  "+d.source], b.name)
					case wrong != "":
						t.Errorf("%s\nsource %s", wrong, g.source)
					default:
						passed++
					}
				})
			}
		})
	}
}

// report prints what passes and, by reason, what differs as known.
func report(passed int, differing map[string][]string) {
	n := 0
	for _, cases := range differing {
		n += len(cases)
	}
	fmt.Printf("%d behaviours as documented, %d known differences\n", passed, n)
	for _, reason := range slices.Sorted(maps.Keys(differing)) {
		slices.Sort(differing[reason])
		fmt.Printf("- %s\n  · %s\n", reason, strings.Join(differing[reason], "\n  · "))
	}
}

// expectDifferences tells whether the endpoint is neither the embedded engine nor AWS.
func expectDifferences() bool {
	return *endpoint != "" && !strings.Contains(*endpoint, "amazonaws.com")
}

// check plays one case and says what is wrong, or "".
func (c *client) check(b behaviour, table, key string) string {
	for _, item := range b.given {
		if a, err := c.play("PutItem {\"Item\":"+item+"}", table, key); err != nil || a.fault != "" {
			return fmt.Sprintf("given %s: %v, %v", shorten(item), a, err)
		}
	}
	for _, e := range append([]exchange{b.exchange}, b.then...) {
		wrong := ""
		for range 20 { // an index is eventually consistent
			a, err := c.play(e.call, table, key)
			if err != nil {
				return fmt.Sprintf("%s: %v", shorten(e.call), err)
			}
			wrong = mismatch(a, expand(e.want, table, key), table)
			if wrong == "" || *endpoint == "" || !strings.Contains(e.call, "IndexName") {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if wrong != "" {
			return shorten(e.call) + "\n" + wrong
		}
	}
	return ""
}

// play sends a call such as `GetItem {"Key":{$pk}}`.
func (c *client) play(call, table, key string) (answer, error) {
	operation, body, _ := strings.Cut(expand(call, table, key), " ")
	if table != "" && operation != "ListTables" && !strings.Contains(body, `"TableName"`) && !strings.Contains(body, `"RequestItems"`) {
		body = strings.Replace(body, "{", `{"TableName":"`+table+`",`, 1)
		body = strings.Replace(body, ",}", "}", 1)
	}
	return c.call(context.Background(), operation, body)
}

var repeated = regexp.MustCompile(`\$(.)\*(\d+)\$`)

func expand(text, table, key string) string {
	text = strings.ReplaceAll(text, "$pk", `"pk":{"S":"$K"}`)
	text = strings.NewReplacer("$T", table, "$K", key).Replace(text)
	return repeated.ReplaceAllStringFunc(text, func(m string) string {
		part := repeated.FindStringSubmatch(m)
		n, _ := strconv.Atoi(part[2])
		return strings.Repeat(part[1], n)
	})
}

// list joins n numbered copies of a JSON text in which %d is the number.
func list(n int, format string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = strings.ReplaceAll(format, "%d", strconv.Itoa(i))
	}
	return strings.Join(parts, ",")
}

// expression writes an expression parameter and its arguments: members :v are values, members #n names.
func expression(parameter, text, arguments string) string {
	quoted, _ := json.Marshal(text)
	body := fmt.Sprintf("%q:%s", parameter, quoted)
	if arguments == "" {
		return body
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(arguments), &members); err != nil {
		panic(fmt.Sprintf("arguments of %q: %v", text, err))
	}
	names, values := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for name, m := range members {
		if strings.HasPrefix(name, "#") {
			names[name] = m
		} else {
			values[name] = m
		}
	}
	if len(names) > 0 {
		text, _ := json.Marshal(names)
		body += `,"ExpressionAttributeNames":` + string(text)
	}
	if len(values) > 0 {
		text, _ := json.Marshal(values)
		body += `,"ExpressionAttributeValues":` + string(text)
	}
	return body
}
