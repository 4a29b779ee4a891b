package stack

import (
	"fmt"

	"lyceum/local/iam"
	"lyceum/local/template"
)

// checkPipe finds out whether a pipe's role lets it work: read its stream, write to its bus, and keep in its queue what it cannot write
// ("Permissions for Amazon EventBridge Pipes"). In AWS a pipe that may not do so stops, without a word in the deployment.
func (s *Stack) checkPipe(p template.Pipe) error {
	policy := s.pipes[p.Role]
	if policy == nil {
		var err error
		if policy, err = iam.New(p.Statements); err != nil {
			return err // it begins with the line
		}
		s.pipes[p.Role] = policy
	}
	calls := []iam.Call{{Action: "events:PutEvents", Resource: p.BusARN}}
	for _, action := range []string{"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"} {
		calls = append(calls, iam.Call{Action: "dynamodb:" + action, Resource: p.StreamARN})
	}
	if p.DeadLetterARN != "" {
		calls = append(calls, iam.Call{Action: "sqs:SendMessage", Resource: p.DeadLetterARN})
	}
	for _, call := range calls {
		if err := policy.Check(iam.Principal(AccountID, p.Name), call); err != nil {
			return fmt.Errorf("%d: the pipe %s cannot work: %w", p.Line, p.LogicalID, err)
		}
	}
	return nil
}
