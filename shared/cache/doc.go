// Package cache keeps copies of what is slow or dear to read, as decorators: each implements the port it stands before. A cache never decides who
// may do what, never serves a write, and when it fails the read goes on without it.
//
// Nothing here is wired because it is here: docs/ARCHITECTURE.md says for each where it pays, with figures, and where it was left out.
package cache
