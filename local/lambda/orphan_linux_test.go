package lambda_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"lyceum/local/lambda"
)

// TestHelperParent is no test: TestOrphans runs it in a process of its own, with the probe's executable.
func TestHelperParent(t *testing.T) {
	if os.Getenv(builtProbe) == "" {
		t.Skip("is run by TestOrphans")
	}
	pool, _ := newPool(t, lambda.Options{}, lambda.Function{Timeout: time.Minute})
	fmt.Printf("pid %d\n", mustInvoke(t, pool, `{}`).PID)
	mustInvoke(t, pool, `{"do":"sleep","millis":59000}`) // the process is busy, so that only the kernel can end it
}

func TestOrphans(t *testing.T) {
	t.Parallel()
	parent := exec.Command(os.Args[0], "-test.run=^TestHelperParent$", "-test.v")
	parent.Env = append(os.Environ(), builtProbe+"="+probe[probePackage])
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	pid := 0
	for lines := bufio.NewScanner(output); pid == 0 && lines.Scan(); {
		fmt.Sscanf(lines.Text(), "pid %d", &pid)
	}
	parent.Process.Kill()
	parent.Wait()
	if pid == 0 {
		t.Fatal("the parent named no process")
	}
	eventually(t, "a function's process ends when its parent is killed", func() bool { return !running(pid) })
}
