//go:build unix

package lambda

import (
	"os"
	"os/exec"
	"syscall"
)

// setProcessGroup puts the child in a group of its own, out of reach of the terminal's Ctrl-C.
func setProcessGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
}

// The errors below mean that the group has ended.

func terminateGroup(p *os.Process) { syscall.Kill(-p.Pid, syscall.SIGTERM) }

func killGroup(p *os.Process) { syscall.Kill(-p.Pid, syscall.SIGKILL) }
