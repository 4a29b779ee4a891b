package domain

import (
	"strings"
	"time"

	"lyceum/shared/domain/fault"
)

// Zone is a time zone of the IANA database, such as Europe/Lisbon. The zero Zone is UTC.
type Zone struct{ s string }

// ErrZone is returned for text that names no zone.
var ErrZone = fault.New(fault.Invalid, "user.time_zone_invalid", "must be a time zone of the IANA database, such as Asia/Kolkata; an offset such as +05:30 has no summer time and is not taken")

// notZones are files beside the zones in a system's folder of them.
var notZones = []string{"Local", "localtime", "Factory", "posixrules", "leapseconds", "posix/", "right/"}

// ParseZone takes the names that this program knows: those of the system or of the package time/tzdata, if it is linked.
func ParseZone(name string) (Zone, error) {
	if name == "" || len(name) > 64 {
		return Zone{}, ErrZone
	}
	for _, other := range notZones {
		if strings.HasPrefix(name, other) {
			return Zone{}, ErrZone
		}
	}
	if _, err := time.LoadLocation(name); err != nil {
		return Zone{}, ErrZone
	}
	return RestoreZone(name), nil
}

// RestoreZone is for stores.
func RestoreZone(name string) Zone {
	if name == "UTC" {
		name = ""
	}
	return Zone{name}
}

// Name is the stored form: "" for UTC.
func (z Zone) Name() string { return z.s }

// String is the public name.
func (z Zone) String() string {
	if z.s == "" {
		return "UTC"
	}
	return z.s
}

// Day is the number of the calendar day in the zone at that time, counted from 1970-01-01. A zone that is not known any more is UTC.
func (z Zone) Day(t time.Time) int {
	location, err := time.LoadLocation(z.s)
	if err != nil {
		location = time.UTC
	}
	year, month, day := t.In(location).Date()
	return int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 3600))
}
