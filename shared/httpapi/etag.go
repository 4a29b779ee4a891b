package httpapi

import (
	"strconv"
	"strings"

	"lyceum/shared/domain/fault"
)

// ErrStale is returned when If-Match names a version that is not the present one.
var ErrStale = fault.New(fault.Precondition, "request.stale", "It has changed since you read it. Read it again and decide anew.")

// Versioned is an Out that answers View with an ETag of its version; without a View it answers 304, to a client that IfNoneMatch says has it.
type Versioned struct {
	View    any
	Version int
}

// IfMatch is a field of In that takes the If-Match header (RFC 9110 section 13.1.1).
type IfMatch struct{ tags string }

// Check is ErrStale unless the header names this version, or "*", or was not sent. Weak tags match nothing, as the RFC says.
func (m IfMatch) Check(version int) error {
	if m.tags == "" {
		return nil
	}
	for tag := range strings.SplitSeq(m.tags, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || tag == etag(version) {
			return nil
		}
	}
	return ErrStale
}

// IfNoneMatch is a field of In that takes the If-None-Match header (RFC 9110 section 13.1.2).
type IfNoneMatch struct{ tags string }

// Has tells whether the client has this version already.
func (m IfNoneMatch) Has(version int) bool { return noneMatch(m.tags, etag(version)) }

func etag(version int) string { return `"` + strconv.Itoa(version) + `"` }
