//go:build unix

package template_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"lyceum/local/template"
)

// A template ten times as large takes ten times the time; if each function looked at each variable, or each variable at each other, it
// would take a hundred times. What counts is processor time, with no test beside this one and no garbage collected meanwhile, so that a
// busy machine and the race detector make no difference.
func TestLargest(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for tries := 1; ; tries++ {
		small, large := judge(t, 50, 2500), judge(t, 500, 25000)
		if large < 30*small {
			return
		}
		if tries == 3 {
			t.Fatalf("a template took %v, one ten times as large %v", small, large)
		}
	}
}

// judge tells what it takes to refuse a huge global environment of many functions.
func judge(t *testing.T, functions, variables int) time.Duration {
	t.Helper()
	var b strings.Builder
	b.WriteString("Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function:\n    Environment:\n      Variables:\n")
	for i := range variables {
		fmt.Fprintf(&b, "        V%d: a\n", i)
	}
	b.WriteString("Resources:\n")
	for i := range functions {
		fmt.Fprintf(&b, "  F%d: {Type: AWS::Serverless::Function, Properties: {CodeUri: a}}\n", i)
	}
	file := write(t, b.String())
	runtime.GC()
	begin := processorTime(t)
	_, err := template.Load(file, options())
	took := processorTime(t) - begin
	if err == nil || !strings.Contains(err.Error(), ":6: the environment takes ") {
		t.Errorf("got error %v", err)
	}
	return took
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
