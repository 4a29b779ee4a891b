package domain

import (
	"maps"
	"slices"
	"time"
)

// Likes is what a lesson's view shows.
type Likes struct {
	Count int  // of users who like it
	Mine  bool // whether the reader does
}

// LikeShard is what one region knows of one user and one lesson. Only that region writes it.
type LikeShard struct {
	Liked   bool      // the latest intent that was told to this region
	At      time.Time // of that intent
	Ever    bool      // whether it was liked here at any time
	Counted int       // what this region has added to its count of the lesson's likes for the user
	Version int       // counts the saves; 0 = not saved yet
}

// Like is whether one user likes one lesson, seen from one region. The latest intent of all regions counts, whatever the order in which they arrive.
//
// A lesson's count is the sum of one number for each region. A change adds what is true now less what all regions, as far as this one knows,
// have counted for the user. So it is exact as long as a user's changes see each other. Two regions that are told within the replication's
// lag may both count: LikeCounted makes one of them take it back.
type Like struct {
	region string
	shards map[string]LikeShard
}

// RestoreLike is for stores: the shards of all regions by name.
func RestoreLike(region string, shards map[string]LikeShard) *Like {
	own := make(map[string]LikeShard, len(shards)+1)
	for name, s := range shards {
		own[name] = s
	}
	return &Like{region, own}
}

// Set records an intent. It returns what this region's count must change by, and whether this is the first like that this region knows
// of. An intent that has seen another is later than it, whatever the clocks say.
func (l *Like) Set(liked bool, now time.Time) (change int, first bool) {
	first = liked
	now = Millis(now)
	for _, s := range l.shards {
		first = first && !s.Ever
		if !now.After(s.At) {
			now = s.At.Add(time.Millisecond)
		}
	}
	mine := l.shards[l.region]
	mine.Liked, mine.At, mine.Ever = liked, now, mine.Ever || liked
	l.shards[l.region] = mine
	return l.Settle(), first
}

// Settle makes up in this region for what all regions have counted wrongly, and returns what its count must change by.
func (l *Like) Settle() (change int) {
	if l.Liked() {
		change = 1
	}
	for _, s := range l.shards {
		change -= s.Counted
	}
	mine := l.shards[l.region]
	mine.Counted += change
	l.shards[l.region] = mine
	return change
}

// Settles tells whether this region makes up for all: of those that were told it is the one with the greatest name.
func (l *Like) Settles() bool { return greatest(l.shards) == l.region }

// greatest is the greatest name, "" of none.
func greatest[V any](regions map[string]V) string {
	return slices.Max(append(slices.Collect(maps.Keys(regions)), ""))
}

// Liked is the latest intent. Of two in the same millisecond the region with the greater name wins everywhere alike.
func (l *Like) Liked() bool { return l.shards[l.latest()].Liked }

func (l *Like) latest() (region string) {
	for name, s := range l.shards {
		if c := s.At.Compare(l.shards[region].At); c > 0 || c == 0 && name > region {
			region = name
		}
	}
	return region
}

// Known tells whether any region was ever told.
func (l *Like) Known() bool { return len(l.shards) > 0 }

// Mine is this region's shard, for stores.
func (l *Like) Mine() LikeShard { return l.shards[l.region] }
