package dynamodb

import (
	"cmp"
	"encoding/binary"
	"errors"
	"strings"
	"time"
)

// dot identifies one write of an item: where and when it was made. A region gives no time twice to an item.
type dot struct {
	time   int64 // nanoseconds since 1970
	region string
}

// compare orders the writes of an item: by time, then by the region's name.
func (d dot) compare(o dot) int {
	return cmp.Or(cmp.Compare(d.time, o.time), strings.Compare(d.region, o.region))
}

func (d dot) at() time.Time { return time.Unix(0, d.time).UTC() }

// version is what an item of an eventually consistent global table knows: for each region its last write that had its say, the write
// that made the item what it is first. That one has the greatest time of all, so the last writer wins.
type version []dot

// next is the version after a write here. A clock that lags behind what the item has seen does not make the write an old one.
func (v version) next(region string, now time.Time) version {
	made := version{{now.UnixNano(), region}}
	if len(v) > 0 {
		made[0].time = max(made[0].time, v[0].time+1)
	}
	return made.merge(v)
}

// merge adds what another version knows.
func (v version) merge(o version) version {
	for _, d := range o {
		known := false
		for i := range v {
			if v[i].region == d.region {
				v[i].time, known = max(v[i].time, d.time), true
			}
		}
		if !known {
			v = append(v, d)
		}
	}
	return v
}

// knows tells whether a write had its say in this version, or in one before it.
func (v version) knows(d dot) bool {
	for _, seen := range v {
		if seen.region == d.region {
			return seen.time >= d.time
		}
	}
	return false
}

func (v version) encode() []byte {
	var data []byte
	for _, d := range v {
		data = append(append(data, byte(len(d.region))), d.region...)
		data = binary.BigEndian.AppendUint64(data, uint64(d.time))
	}
	return data
}

var errVersion = errors.New("dynamodb: the version of an item is damaged")

func parseVersion(data []byte) (v version, err error) {
	for len(data) > 0 {
		n := int(data[0])
		if len(data) < 1+n+8 {
			return nil, errVersion
		}
		v = append(v, dot{int64(binary.BigEndian.Uint64(data[1+n:])), string(data[1 : 1+n])})
		data = data[1+n+8:]
	}
	return v, nil
}
