package stack

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lyceum/local/iam"
)

// PermissionsVariable is the environment variable that names the folder for reports.
const PermissionsVariable = "LYCEUM_PERMISSIONS"

// ExpectRefused says that the calls of a function that were refused so far were meant to be: a test
// tried what it must not do.
func (s *Stack) ExpectRefused(accessKeyID string) { s.principals[accessKeyID].policy.ForgetRefused() }

// Refused begins a report's line of a call that was not allowed.
const Refused = "refused: "

// ReportPermissions writes what the functions were permitted and have not needed into a new file of
// the folder, a line each, so that `make iam` can tell what a whole test run never needed: what
// stands in every file. Calls that were refused are lines that begin with Refused: one file with
// such a line is enough for a fault. An empty folder name writes nothing.
func (s *Stack) ReportPermissions(dir string) error {
	if dir == "" {
		return nil
	}
	var report strings.Builder
	unused := func(who string, policy *iam.Policy) {
		for _, g := range policy.Unused() {
			fmt.Fprintf(&report, "template.yaml:%d: %s may %s on %s", g.Line, who, g.Action, g.Resource)
			if strings.ContainsAny(g.Action, "*?") { // in every report, used or not
				report.WriteString("; name the actions that it needs instead")
			}
			report.WriteString("\n")
		}
	}
	for _, f := range s.Functions {
		policy := s.principals[s.keys[f.LogicalID]].policy
		unused(f.LogicalID, policy)
		for _, call := range policy.Refused() {
			fmt.Fprintf(&report, "%stemplate.yaml:%d: %s may not %s\n", Refused, f.Line, f.LogicalID, call)
		}
	}
	for role, policy := range s.pipes {
		unused(role, policy)
	}
	return os.WriteFile(filepath.Join(dir, rand.Text()), []byte(report.String()), 0o600)
}
