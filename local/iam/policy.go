// Package iam judges the calls of a function by the policy statements that template.yaml gives it, as IAM would: what no
// statement allows is refused, and an explicit deny wins ("Policy evaluation logic", IAM user guide). It also keeps count of
// what was never used, so that permissions can be cut down to what is needed.
//
// Only identity-based policies exist here: there are no boundaries, service control policies or resource policies.
package iam

import (
	"fmt"
	"strings"
	"sync"

	"lyceum/local/template"
)

// Policy is all that one function may do. It is safe for concurrent use.
type Policy struct {
	statements []statement

	mu      sync.Mutex
	used    map[*grant]map[string]bool // the actions of the calls that a grant allowed
	refused map[string]bool            // calls that were not allowed, "action on resource"
}

// Call is what a function wants to do. It counts as made over TLS, as the SDK would in AWS.
type Call struct {
	Action   string // "dynamodb:GetItem"
	Resource string // an ARN

	// LeadingKeys are the partition keys that the call names (dynamodb:LeadingKeys). A call that names none, as Scan,
	// passes every ForAllValues condition, as in AWS.
	LeadingKeys []string

	// Prefix is what s3:ListBucket and s3:ListBucketVersions ask for (s3:prefix), empty when they ask for everything.
	Prefix string
}

// Decision is the answer to a call.
type Decision struct {
	Allowed bool
	Denied  bool // by a statement; a call that is neither allowed nor denied has no statement
	Line    int  // of the statement that decided, 0 without one
}

type statement struct {
	deny       bool
	grants     []*grant
	conditions []condition
	line       int
}

// grant is one action on one resource of a statement.
type grant struct {
	action, resource string // as in the template
	actions          string // the action in lower case
	resources        arn
	breadth          int
}

// New takes the statements of one function. Its error begins with the line in the template, "<line>: <what is wrong>".
func New(statements []template.Statement) (*Policy, error) {
	p := &Policy{used: map[*grant]map[string]bool{}, refused: map[string]bool{}}
	for _, source := range statements {
		s, err := newStatement(source)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", source.Line, err)
		}
		p.statements = append(p.statements, s)
	}
	return p, nil
}

func newStatement(source template.Statement) (statement, error) {
	s := statement{deny: source.Effect == "Deny", line: source.Line}
	if !s.deny && source.Effect != "Allow" {
		return s, fmt.Errorf("the effect must be Allow or Deny, not %q", source.Effect)
	}
	if len(source.Actions) == 0 || len(source.Resources) == 0 {
		return s, fmt.Errorf("a statement needs actions and resources; NotAction and NotResource are not supported by the local cloud")
	}
	for _, action := range source.Actions {
		service, name, ok := strings.Cut(action, ":")
		if action != "*" && (!ok || service == "" || name == "" || wild(service)) {
			return s, fmt.Errorf("the action %q is not <service>:<action>", action)
		}
		for _, resource := range source.Resources {
			pattern, err := newARN(resource)
			if err != nil {
				return s, err
			}
			g := &grant{action: action, resource: resource, actions: strings.ToLower(action), resources: pattern}
			if wild(resource) {
				g.breadth = 1
			}
			if wild(action) {
				g.breadth += 2
			}
			s.grants = append(s.grants, g)
		}
	}
	var err error
	s.conditions, err = newConditions(source.Conditions)
	return s, err
}

// Allows tells whether the call may be made.
func (p *Policy) Allows(c Call) bool { return p.Decide(c).Allowed }

// Decide judges the call. When several grants allow it, the narrowest counts as used, and of equal ones the first.
func (p *Policy) Decide(c Call) Decision {
	p.mu.Lock()
	defer p.mu.Unlock()
	var by *grant
	var line int
	for _, s := range p.statements {
		g := s.covers(c)
		if g == nil {
			continue
		}
		if s.deny {
			p.refused[c.Action+" on "+c.Resource] = true
			return Decision{Denied: true, Line: s.line}
		}
		if by == nil || g.breadth < by.breadth {
			by, line = g, s.line
		}
	}
	if by == nil {
		p.refused[c.Action+" on "+c.Resource] = true
		return Decision{}
	}
	if p.used[by] == nil {
		p.used[by] = map[string]bool{}
	}
	p.used[by][c.Action] = true
	return Decision{Allowed: true, Line: line}
}

// covers returns the statement's narrowest grant for the call, nil when the statement says nothing about it.
func (s statement) covers(c Call) *grant {
	for _, condition := range s.conditions {
		if !condition.holds(c) {
			return nil
		}
	}
	action, resource := strings.ToLower(c.Action), splitARN(c.Resource)
	var best *grant
	for _, g := range s.grants {
		if (best == nil || g.breadth < best.breadth) && match(g.actions, action) && g.resources.covers(resource) {
			best = g
		}
	}
	return best
}
