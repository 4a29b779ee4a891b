//go:build !race

package main_test

// race are the flags of go run that the tests' own build had.
var race []string
