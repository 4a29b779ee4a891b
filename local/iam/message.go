package iam

import (
	"fmt"
	"strings"
)

// Principal is who a function is to AWS: its role, assumed under the function's name.
func Principal(account, function string) string {
	return fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", account, function, function)
}

// Denied is what AWS answers to a call that is not allowed ("Troubleshoot access denied error messages", IAM user guide).
type Denied string

func (d Denied) Error() string { return string(d) }

// Check judges the call as Decide does; its error is a Denied. S3 puts the resource in quotes.
func (p *Policy) Check(principal string, c Call) error {
	d := p.Decide(c)
	if d.Allowed {
		return nil
	}
	resource, reason := c.Resource, "because no identity-based policy allows the "+c.Action+" action"
	if strings.HasPrefix(c.Action, "s3:") {
		resource = `"` + resource + `"`
	}
	if d.Denied {
		reason = "with an explicit deny in an identity-based policy"
	}
	return Denied(fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", principal, c.Action, resource, reason))
}
