package lambda

import (
	"os"
	"os/exec"
	"syscall"
)

// setProcessGroup keeps the console's Ctrl-C from the child.
func setProcessGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// Windows has no SIGTERM and no way to end a group without a job object, so both end the process alone.

func terminateGroup(p *os.Process) { p.Kill() }

func killGroup(p *os.Process) { p.Kill() }
