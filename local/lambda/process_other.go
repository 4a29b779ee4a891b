//go:build !linux

package lambda

// peakMemoryMB is not known here.
func peakMemoryMB(int) int { return 0 }
