//go:build unix && !linux

package lambda

import "syscall"

// dieWithParent has nothing to set here: a runtime whose parent is killed loses its Runtime API and ends by itself.
func dieWithParent(*syscall.SysProcAttr) {}
