package httpapi

import (
	"strconv"
	"strings"

	"lyceum/shared/domain/fault"
)

// ErrStale is returned when If-Match names a version that is not the present one.
var ErrStale = fault.New(fault.Precondition, "request.stale", "It has changed since you read it. Read it again and decide anew.")

// Versioned is an Out that answers View with an ETag, "<version>" or "<version>.<also>"; without a View it answers 304, to a client that
// IfNoneMatch says has it.
type Versioned struct {
	View    any
	Version int
	Also    string // what View shows that is no matter of the version, in letters that an ETag takes; editors need not have seen it
}

// IfMatch is a field of In that takes the If-Match header (RFC 9110 section 13.1.1).
type IfMatch struct{ tags string }

// Check is ErrStale unless the header names this version, with whatever else was shown, or "*", or was not sent. Weak tags match nothing,
// as the RFC says.
func (m IfMatch) Check(version int) error {
	if m.tags == "" {
		return nil
	}
	for tag := range strings.SplitSeq(m.tags, ",") {
		tag = strings.TrimSpace(tag)
		if read, _, also := strings.Cut(tag, "."); also && strings.HasSuffix(tag, `"`) {
			tag = read + `"`
		}
		if tag == "*" || tag == (Versioned{Version: version}).etag() {
			return nil
		}
	}
	return ErrStale
}

// IfNoneMatch is a field of In that takes the If-None-Match header (RFC 9110 section 13.1.2).
type IfNoneMatch struct{ tags string }

// Has tells whether the client has this already, version and all.
func (m IfNoneMatch) Has(v Versioned) bool { return noneMatch(m.tags, v.etag()) }

func (v Versioned) etag() string {
	if v.Also == "" {
		return `"` + strconv.Itoa(v.Version) + `"`
	}
	return `"` + strconv.Itoa(v.Version) + "." + v.Also + `"`
}
