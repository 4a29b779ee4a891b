package httpapi

import (
	"sync"
	"time"

	"lyceum/shared/domain"
)

// Outage counts tries at secrets in the memory of one instance while the limits table does not
// answer: the policy's limit in each of its windows, of each subject. So an outage lets owners in
// and leaves who guesses as many tries as there are instances times the limit.
type Outage struct {
	Now func() time.Time

	mu       sync.Mutex
	subjects map[string]outage
}

type outage struct {
	since time.Time
	tries int
}

// admit is ErrRateLimited for a subject that has used up its tries.
func (o *Outage) admit(policy domain.Policy, subject string) error {
	if o == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.subjects == nil || len(o.subjects) >= maxMetered { // bounds the memory
		o.subjects = map[string]outage{}
	}
	name, now := policy.Name+"#"+subject, o.Now()
	s := o.subjects[name]
	if now.Sub(s.since) >= policy.Window {
		s = outage{since: now}
	}
	if s.tries >= policy.Limit {
		refused := *ErrRateLimited
		refused.RetryAfter = s.since.Add(policy.Window).Sub(now)
		return &refused
	}
	s.tries++
	o.subjects[name] = s
	return nil
}
