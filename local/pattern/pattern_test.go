package pattern_test

import (
	"slices"
	"strings"
	"testing"

	"lyceum/local/pattern"
)

// ec2 has the form of the event in "Amazon EventBridge event patterns".
const ec2 = `{"version":"0","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","region":"us-west-1",
	"resources":["arn:aws:ec2:us-west-1:123456789012:instance/i-1","arn:aws:ec2:us-west-1:123456789012:instance/i-2"],
	"detail":{"state":"terminated","count":5,"big":300,"off":false,"nothing":null,"empty":[],"inner":{"a":"b"},"c.d":"e"}}`

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, pattern string
		want          bool
	}{
		{"an exact value", `{"source":["aws.ec2"]}`, true},
		{"one of several values", `{"detail":{"state":["running","terminated"]}}`, true},
		{"no other value", `{"detail":{"state":["running"]}}`, false},
		{"all fields together", `{"source":["aws.ec2"],"detail":{"state":["running"]}}`, false},
		{"case counts", `{"source":["AWS.EC2"]}`, false},
		{"a field that is not there", `{"detail":{"other":["a"]}}`, false},
		{"a field below one that is not there", `{"other":{"state":["terminated"]}}`, false},
		{"a field below a text", `{"source":{"state":["terminated"]}}`, false},
		{"one item of a list", `{"resources":["arn:aws:ec2:us-west-1:123456789012:instance/i-2"]}`, true},
		{"no item of a list", `{"resources":["arn:aws:ec2:us-west-1:123456789012:instance/i-3"]}`, false},
		{"a prefix of one item", `{"resources":[{"prefix":"arn:aws:ec2"}]}`, true},
		{"a prefix", `{"region":[{"prefix":"us-"}]}`, true},
		{"not a prefix", `{"region":[{"prefix":"eu-"}]}`, false},
		{"the empty prefix", `{"region":[{"prefix":""}]}`, true},
		{"the prefix of a number", `{"detail":{"count":[{"prefix":""}]}}`, false},
		{"a suffix", `{"region":[{"suffix":"-1"}]}`, true},
		{"not a suffix", `{"region":[{"suffix":"-2"}]}`, false},
		{"a value or a prefix", `{"region":["eu-west-1",{"prefix":"us-"}]}`, true},
		{"a number", `{"detail":{"count":[5]}}`, true},
		{"a number is no text", `{"detail":{"count":["5"]}}`, false},
		{"numbers are compared as they are written", `{"detail":{"big":[3.0e2]}}`, false},
		{"a boolean", `{"detail":{"off":[false]}}`, true},
		{"null", `{"detail":{"nothing":[null]}}`, true},
		{"null is not the absence", `{"detail":{"other":[null]}}`, false},
		{"null is not the empty list", `{"detail":{"empty":[null]}}`, false},
		{"an object is no value", `{"detail":{"inner":["b"]}}`, false},
		{"what exists", `{"detail":{"state":[{"exists":true}]}}`, true},
		{"what does not exist", `{"detail":{"other":[{"exists":true}]}}`, false},
		{"the absence", `{"detail":{"other":[{"exists":false}]}}`, true},
		{"the absence of what is there", `{"detail":{"state":[{"exists":false}]}}`, false},
		{"the absence below what is not there", `{"other":{"state":[{"exists":false}]}}`, true},
		{"the existence of null", `{"detail":{"nothing":[{"exists":true}]}}`, true},
		{"exists is for leaves", `{"detail":{"inner":[{"exists":true}]}}`, false},
		{"a name with a dot", `{"detail":{"c.d":["e"]}}`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := pattern.Parse(tt.pattern)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Match([]byte(ec2)); got != tt.want {
				t.Errorf("%s: got %v", tt.pattern, got)
			}
		})
	}
	t.Run("nothing fits no pattern, and what is no object fits none", func(t *testing.T) {
		t.Parallel()
		p, err := pattern.Parse(`{"a":[{"exists":false}]}`)
		if (pattern.Pattern{}).Match([]byte(ec2)) || err != nil || p.Match([]byte(`{`)) || p.Match([]byte(`{} {}`)) {
			t.Error("it does")
		}
	})
}

func TestParseRefusesByName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{`:                                 "no JSON",
		`{"a":["b"]} c`:                     "no JSON",
		`[]`:                                "an object with fields",
		`{}`:                                "an object with fields",
		`{"a":"b"}`:                         "a: a pattern has lists",
		`{"a":[]}`:                          "a: the list or object is empty",
		`{"a":{}}`:                          "a: the list or object is empty",
		`{"a":{"b":[["c"]]}}`:               "a: b: a list stands within a list",
		`{"$or":[{"a":["b"]}]}`:             "$or: is not supported",
		`{"a":[{"numeric":["<",5]}]}`:       "[numeric] is not supported",
		`{"a":[{"anything-but":"b"}]}`:      "[anything-but] is not supported",
		`{"a":[{"prefix":"b","c":"d"}]}`:    "[c prefix] is not supported",
		`{"a":[{"exists":"true"}]}`:         "[exists] is not supported",
		`{"a":[{"prefix":{"wildcard":1}}]}`: "[prefix] is not supported",
	} {
		if _, err := pattern.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	p, err := pattern.Parse(`{"detail-type":["a",{"prefix":"b"},"c",1]}`)
	if got := p.Texts("detail-type"); err != nil || !slices.Equal(got, []string{"a", "c"}) || p.Texts("source") != nil {
		t.Errorf("got %q, %v", got, err)
	}
}
