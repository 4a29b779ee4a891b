package domain_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"lyceum/shared/domain"
)

// noon is the fixed clock of these tests.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// seeded is a reader of pseudo-random bytes, the same in every run.
func seeded(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

// exhausted is a source of randomness that fails after n bytes.
func exhausted(n int) io.Reader { return bytes.NewReader(make([]byte, n)) }

func newID[Of any](t testing.TB, now time.Time, random io.Reader) domain.ID[Of] {
	t.Helper()
	id, err := domain.NewID[Of](now, random)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
