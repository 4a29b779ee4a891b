package stack_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lyceum/local/stack"
)

func TestAPipeThatMayNotDoItsWorkIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{"events:PutEvents", "dynamodb:GetRecords", "sqs:SendMessage"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			before, role, found := strings.Cut(string(whole), "  PipeRole:")
			if !found || !strings.Contains(role, action) {
				t.Fatalf("the role has no %s", action)
			}
			name := filepath.Join(t.TempDir(), "template.yaml")
			text := before + "  PipeRole:" + strings.Replace(role, action, "events:Other", 1)
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := stack.Load(stack.Options{Template: name, Region: "us-east-1"})
			if err == nil || !regexp.MustCompile(`template\.yaml:\d+: the pipe LearningPipe cannot work: User: .* is not authorized to perform: `+action).MatchString(err.Error()) {
				t.Errorf("got %v", err)
			}
		})
	}
}
