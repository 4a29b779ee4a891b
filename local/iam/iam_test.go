package iam_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"lyceum/local/iam"
	"lyceum/local/template"
)

const (
	table  = "arn:aws:dynamodb:eu-west-1:123456789012:table/learning"
	index  = table + "/index/catalogue"
	bucket = "arn:aws:s3:::content"
)

type conditions = map[string]map[string][]string

func policy(t *testing.T, statements ...template.Statement) *iam.Policy {
	t.Helper()
	p, err := iam.New(statements)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func allow(line int, actions, resources string) template.Statement {
	return template.Statement{Effect: "Allow", Actions: strings.Fields(actions), Resources: strings.Fields(resources), Line: line}
}

func deny(line int, actions, resources string) template.Statement {
	s := allow(line, actions, resources)
	s.Effect = "Deny"
	return s
}

func TestDecide(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		statements       []template.Statement
		action, resource string
		want             iam.Decision
	}{
		{"nothing is allowed without a statement", nil, "dynamodb:GetItem", table, iam.Decision{}},
		{"a statement allows its action on its resource",
			[]template.Statement{allow(7, "dynamodb:GetItem", table)}, "dynamodb:GetItem", table, iam.Decision{Allowed: true, Line: 7}},
		{"another action stays refused", []template.Statement{allow(7, "dynamodb:GetItem", table)}, "dynamodb:Query", table, iam.Decision{}},
		{"an action is not its beginning",
			[]template.Statement{allow(7, "dynamodb:GetItem", table)}, "dynamodb:GetItems", table, iam.Decision{}},
		{"a table is not its index", []template.Statement{allow(7, "dynamodb:Query", table)}, "dynamodb:Query", index, iam.Decision{}},
		{"an index is not its table", []template.Statement{allow(7, "dynamodb:Query", index)}, "dynamodb:Query", table, iam.Decision{}},
		{"actions do not mind case",
			[]template.Statement{allow(7, "DynamoDB:getitem", table)}, "dynamodb:GetItem", table, iam.Decision{Allowed: true, Line: 7}},
		{"resources mind case", []template.Statement{allow(7, "s3:GetObject", bucket+"/A")}, "s3:GetObject", bucket + "/a", iam.Decision{}},
		{"a wildcard stands for any action of a service",
			[]template.Statement{allow(7, "dynamodb:*", table)}, "dynamodb:Scan", table, iam.Decision{Allowed: true, Line: 7}},
		{"and for none of another", []template.Statement{allow(7, "dynamodb:*", "*")}, "s3:GetObject", bucket + "/a", iam.Decision{}},
		{"the lone star stands for everything",
			[]template.Statement{allow(7, "*", "*")}, "s3:GetObject", bucket + "/a:b", iam.Decision{Allowed: true, Line: 7}},
		{"a question mark stands for one character",
			[]template.Statement{allow(7, "s3:GetObject", bucket+"/?.md")}, "s3:GetObject", bucket + "/é.md", iam.Decision{Allowed: true, Line: 7}},
		{"and not for two",
			[]template.Statement{allow(7, "s3:GetObject", bucket+"/?.md")}, "s3:GetObject", bucket + "/ab.md", iam.Decision{}},
		{"a prefix covers what is below it", []template.Statement{allow(7, "s3:GetObject", bucket+"/lessons/*")},
			"s3:GetObject", bucket + "/lessons/1/2:3", iam.Decision{Allowed: true, Line: 7}},
		{"and nothing beside it",
			[]template.Statement{allow(7, "s3:GetObject", bucket+"/lessons/*")}, "s3:GetObject", bucket + "/drafts/1", iam.Decision{}},
		{"a wildcard does not reach beyond its part of the ARN",
			[]template.Statement{allow(7, "dynamodb:GetItem", "arn:aws:dynamodb:*:table/x:*:*")},
			"dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/x:1:2", iam.Decision{}},
		{"an explicit deny wins over what stands before it",
			[]template.Statement{allow(7, "dynamodb:*", table), deny(9, "dynamodb:DeleteItem", table)},
			"dynamodb:DeleteItem", table, iam.Decision{Denied: true, Line: 9}},
		{"and over what stands after it", []template.Statement{deny(7, "dynamodb:DeleteItem", "*"), allow(9, "dynamodb:*", table)},
			"dynamodb:DeleteItem", table, iam.Decision{Denied: true, Line: 7}},
		{"a deny of something else does nothing", []template.Statement{deny(7, "dynamodb:DeleteItem", "*"), allow(9, "dynamodb:*", table)},
			"dynamodb:GetItem", table, iam.Decision{Allowed: true, Line: 9}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := policy(t, tt.statements...).Decide(iam.Call{Action: tt.action, Resource: tt.resource}); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	own := conditions{"ForAllValues:StringLike": {"dynamodb:LeadingKeys": {"USER#*", "LESSON#1"}}}
	exact := conditions{"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": {"USER#*"}}}
	home := conditions{"StringLike": {"s3:prefix": {"home/*"}}}
	root := conditions{"StringEquals": {"s3:prefix": {"", "home/"}}}
	tls := conditions{"Bool": {"aws:SecureTransport": {"true"}}}
	plain := conditions{"Bool": {"aws:SecureTransport": {"false"}}}
	tests := []struct {
		name       string
		conditions conditions
		call       iam.Call
		want       bool
	}{
		{"leading keys that all fit are allowed", own, iam.Call{LeadingKeys: []string{"USER#1", "LESSON#1"}}, true},
		{"one that does not fit is enough to refuse", own, iam.Call{LeadingKeys: []string{"USER#1", "LESSON#2"}}, false},
		{"a call without leading keys passes ForAllValues, as in AWS", own, iam.Call{}, true},
		{"StringEquals takes a star for a star", exact, iam.Call{LeadingKeys: []string{"USER#1"}}, false},
		{"and nothing else", exact, iam.Call{LeadingKeys: []string{"USER#*"}}, true},
		{"a prefix that fits is allowed", home, iam.Call{Action: "s3:ListBucket", Prefix: "home/a"}, true},
		{"one that does not is refused", home, iam.Call{Action: "s3:ListBucket", Prefix: "else/"}, false},
		{"a listing of everything has the empty prefix", root, iam.Call{Action: "s3:ListBucket"}, true},
		{"a call that is no listing has no prefix", root, iam.Call{Action: "s3:GetObject"}, false},
		{"keys do not mind case", conditions{"StringEquals": {"S3:Prefix": {"a"}}}, iam.Call{Action: "s3:ListBucket", Prefix: "a"}, true},
		{"all conditions must hold", conditions{"StringLike": {"s3:prefix": {"*"}}, "Bool": {"aws:SecureTransport": {"false"}}},
			iam.Call{Action: "s3:ListBucket"}, false},
		{"a call counts as made over TLS", tls, iam.Call{}, true},
		{"and never as made without", plain, iam.Call{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := allow(1, "*", "*")
			s.Conditions = tt.conditions
			if tt.call.Action == "" {
				tt.call.Action = "dynamodb:Query"
			}
			tt.call.Resource = table
			if got := policy(t, s).Allows(tt.call); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		change     func(*template.Statement)
		want       string
		conditions conditions
	}{
		{name: "another effect", change: func(s *template.Statement) { s.Effect = "allow" },
			want: `42: the effect must be Allow or Deny, not "allow"`},
		{name: "no action", change: func(s *template.Statement) { s.Actions = nil }, want: "42: a statement needs actions"},
		{name: "no resource", change: func(s *template.Statement) { s.Resources = nil },
			want: "42: a statement needs actions and resources"},
		{name: "an action without a service", change: func(s *template.Statement) { s.Actions = []string{"GetItem"} },
			want: `42: the action "GetItem"`},
		{name: "a wildcard for services", change: func(s *template.Statement) { s.Actions = []string{"s*:Get"} },
			want: `42: the action "s*:Get"`},
		{name: "a name for an ARN", change: func(s *template.Statement) { s.Resources = []string{"learning"} },
			want: `42: the resource "learning"`},
		{name: "an ARN cut short", change: func(s *template.Statement) { s.Resources = []string{"arn:aws:s3:*"} },
			want: `42: the resource "arn:aws:s3:*"`},
		{name: "a policy variable in a resource", change: func(s *template.Statement) { s.Resources = []string{bucket + "/${aws:userid}"} },
			want: "42: policy variables"},
		{name: "an unknown operator", conditions: conditions{"IpAddress": {"aws:SourceIp": {"::1"}}},
			want: "42: the condition operator IpAddress"},
		{name: "an operator with IfExists", conditions: conditions{"StringLikeIfExists": {"s3:prefix": {"a"}}},
			want: "42: the condition operator StringLikeIfExists"},
		{name: "an unknown key", conditions: conditions{"StringLike": {"s3:delimiter": {"/"}}}, want: "42: the condition key s3:delimiter"},
		{name: "leading keys without ForAllValues", conditions: conditions{"StringLike": {"dynamodb:LeadingKeys": {"a"}}},
			want: "write ForAllValues:StringLike"},
		{name: "Bool of a text", conditions: conditions{"Bool": {"s3:prefix": {"true"}}},
			want: "42: the condition operator Bool cannot be used with s3:prefix"},
		{name: "a policy variable in a condition", conditions: conditions{"StringLike": {"s3:prefix": {"${aws:username}"}}},
			want: "42: policy variables"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused with its line", func(t *testing.T) {
			t.Parallel()
			s := allow(42, "s3:ListBucket", bucket)
			s.Conditions = tt.conditions
			if tt.change != nil {
				tt.change(&s)
			}
			_, err := iam.New([]template.Statement{s})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one that says %q", err, tt.want)
			}
		})
	}
}

func TestUnused(t *testing.T) {
	t.Parallel()

	t.Run("every action on every resource that no call needed is listed with its line", func(t *testing.T) {
		t.Parallel()
		p := policy(t, allow(7, "dynamodb:GetItem dynamodb:Query", table+" "+index), deny(9, "dynamodb:Scan", table))
		p.Allows(iam.Call{Action: "dynamodb:GetItem", Resource: table})
		p.Allows(iam.Call{Action: "dynamodb:Query", Resource: index})
		p.Allows(iam.Call{Action: "dynamodb:Scan", Resource: table})
		wantUnused(t, p, "7 dynamodb:GetItem "+index+" []", "7 dynamodb:Query "+table+" []")
	})

	t.Run("of two grants the narrower is used, of equals the first", func(t *testing.T) {
		t.Parallel()
		p := policy(t, allow(1, "s3:GetObject", "*"), allow(2, "s3:GetObject", bucket+"/a"), allow(3, "s3:GetObject", bucket+"/a"))
		p.Allows(iam.Call{Action: "s3:GetObject", Resource: bucket + "/a"})
		wantUnused(t, p, "1 s3:GetObject * []", "3 s3:GetObject "+bucket+"/a []")
	})

	t.Run("an action with a wildcard is always listed, with what it was used for", func(t *testing.T) {
		t.Parallel()
		p := policy(t, allow(7, "dynamodb:GetItem dynamodb:*", table))
		for _, action := range []string{"dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"} {
			p.Allows(iam.Call{Action: action, Resource: table})
		}
		wantUnused(t, p, "7 dynamodb:* "+table+" [dynamodb:PutItem dynamodb:Query]")
	})

	t.Run("a denied call uses nothing", func(t *testing.T) {
		t.Parallel()
		p := policy(t, allow(7, "dynamodb:GetItem", table), deny(8, "dynamodb:GetItem", table))
		p.Allows(iam.Call{Action: "dynamodb:GetItem", Resource: table})
		wantUnused(t, p, "7 dynamodb:GetItem "+table+" []")
	})

	t.Run("many calls at once are all counted", func(t *testing.T) {
		t.Parallel()
		var keys []string
		for i := range 50 {
			keys = append(keys, fmt.Sprintf("%s/%d", bucket, i))
		}
		p := policy(t, allow(7, "s3:GetObject", strings.Join(keys, " ")))
		var wg sync.WaitGroup
		for _, key := range keys {
			wg.Go(func() {
				p.Allows(iam.Call{Action: "s3:GetObject", Resource: key})
				p.Unused()
			})
		}
		wg.Wait()
		wantUnused(t, p)
	})
}

func wantUnused(t *testing.T, p *iam.Policy, want ...string) {
	t.Helper()
	var got []string
	for _, g := range p.Unused() {
		got = append(got, fmt.Sprintf("%d %s %s %v", g.Line, g.Action, g.Resource, g.Used))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const who = "User: arn:aws:sts::123456789012:assumed-role/stack-GetMe/stack-GetMe is not authorized to perform: "
	p := policy(t, allow(1, "dynamodb:GetItem", table), deny(2, "dynamodb:DeleteItem", table))
	tests := []struct {
		name, action, resource, want string
	}{
		{"a call without a statement is answered in AWS's words", "dynamodb:Query", table,
			who + "dynamodb:Query on resource: " + table + " because no identity-based policy allows the dynamodb:Query action"},
		{"a denied call is answered in AWS's words", "dynamodb:DeleteItem", table,
			who + "dynamodb:DeleteItem on resource: " + table + " with an explicit deny in an identity-based policy"},
		{"S3 puts the resource in quotes", "s3:GetObject", bucket + "/a",
			who + "s3:GetObject on resource: \"" + bucket + "/a\" because no identity-based policy allows the s3:GetObject action"},
		{"an allowed call has no error", "dynamodb:GetItem", table, "<nil>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := p.Check(iam.Principal("123456789012", "stack-GetMe"), iam.Call{Action: tt.action, Resource: tt.resource})
			if got := fmt.Sprint(err); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestRefusedCallsAreListedOnceUntilTheyAreForgotten(t *testing.T) {
	t.Parallel()
	p, err := iam.New([]template.Statement{{Effect: "Allow", Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::a/*"}}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_ = p.Check("x", iam.Call{Action: "s3:PutObject", Resource: "arn:aws:s3:::a/b"})
		_ = p.Check("x", iam.Call{Action: "s3:GetObject", Resource: "arn:aws:s3:::a/b"})
	}
	if got := p.Refused(); len(got) != 1 || got[0] != "s3:PutObject on arn:aws:s3:::a/b" {
		t.Errorf("got %q", got)
	}
	if p.ForgetRefused(); len(p.Refused()) != 0 {
		t.Errorf("still %q", p.Refused())
	}
}
