package lambda

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// dieWithParent makes the kernel end the child when this process is killed.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }

// peakMemoryMB is the largest resident size that a running process had, 0 if unknown.
func peakMemoryMB(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "\nVmHWM:")
	var kb int
	fmt.Sscan(after, &kb)
	return kb >> 10
}
