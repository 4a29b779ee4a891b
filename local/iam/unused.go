package iam

import (
	"maps"
	"slices"
)

// Grant is one action on one resource that an Allow statement gives.
type Grant struct {
	Action, Resource string   // as in the template
	Used             []string // for an action with a wildcard: the actions that were called in its name
	Line             int      // of the statement
}

// Refused lists the calls that were not allowed so far, each once as "action on resource", sorted.
func (p *Policy) Refused() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.refused))
}

// ForgetRefused forgets the calls that were not allowed so far.
func (p *Policy) ForgetRefused() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.refused)
}

// Unused lists what was granted and no call has needed so far, in the template's order. An action with a wildcard is always
// in the list: the actions that were used should be written out instead.
func (p *Policy) Unused() []Grant {
	p.mu.Lock()
	defer p.mu.Unlock()
	var unused []Grant
	for _, s := range p.statements {
		if s.deny {
			continue
		}
		for _, g := range s.grants {
			if used := p.used[g]; len(used) == 0 || wild(g.action) {
				unused = append(unused, Grant{g.action, g.resource, slices.Sorted(maps.Keys(used)), s.line})
			}
		}
	}
	return unused
}
