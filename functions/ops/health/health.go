package main

import "context"

// Health tells that requests reach a function in this region. It asks no other service.
type Health struct{ Region, Version string }

// In is the request.
type In struct{}

// Out is the answer.
type Out struct {
	Status  string `json:"status"` // ok
	Region  string `json:"region"`
	Version string `json:"version"`
}

// Do always succeeds.
func (h Health) Do(context.Context, In) (Out, error) { return Out{"ok", h.Region, h.Version}, nil }
