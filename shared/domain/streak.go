package domain

import "slices"

// DaysKept is how many days back single days are known. What is older is summed up in Past, and a completion that comes so late changes no streak.
const DaysKept = 512

// Days are the days on which a learner finished something, as numbered by Zone.Day in the zone that they had set when it was recorded.
// Each region keeps its own; all together are the union.
type Days struct {
	Known []int // ascending, the last DaysKept
	Past  Past
}

// Past is what is left of the days until Through.
type Past struct {
	Through int
	Run     int // days in a row that end with Through
	Longest int
}

// Streak is a number of days in a row.
type Streak struct{ Current, Longest int }

// MergeDays is the union, in whatever order.
func MergeDays(regions []Days) (all Days) {
	for _, d := range regions {
		longest := max(all.Past.Longest, d.Past.Longest)
		if d.Past.Through > all.Past.Through || d.Past.Through == all.Past.Through && d.Past.Run > all.Past.Run {
			all.Past = d.Past
		}
		all.Past.Longest = longest
		all.Known = append(all.Known, d.Known...)
	}
	slices.Sort(all.Known)
	all.Known = slices.Compact(all.Known)
	all.Known = slices.DeleteFunc(all.Known, func(day int) bool { return day <= all.Past.Through })
	return all
}

// Add records a day; others are those of the other regions, by which what grows too old is summed up.
func (d *Days) Add(day int, others []Days) {
	mine := Days{append(slices.Clone(d.Known), day), d.Past}
	all := MergeDays(append(slices.Clone(others), mine))
	if len(all.Known) == 0 {
		return // older than everything that is kept
	}
	if oldest := all.Known[len(all.Known)-1] - DaysKept + 1; all.Known[0] < oldest {
		mine.Past = all.until(oldest - 1)
	}
	*d = MergeDays([]Days{mine})
}

// until sums the days up to and with through.
func (d Days) until(through int) Past {
	p := d.Past
	last := p.Through
	for _, day := range d.Known {
		if day > through {
			break
		}
		if day != last+1 {
			p.Run = 0
		}
		p.Run++
		p.Longest = max(p.Longest, p.Run)
		last = day
	}
	if last != through {
		p.Run = 0
	}
	p.Through = through
	return p
}

// Streak counts as of today. Today without a completion does not end a streak yet.
func (d Days) Streak(today int) Streak {
	s := Streak{Longest: d.Past.Longest}
	run, last := d.Past.Run, d.Past.Through
	for _, day := range d.Known {
		if day != last+1 {
			run = 0
		}
		run++
		s.Longest = max(s.Longest, run)
		last = day
	}
	if last >= today-1 {
		s.Current = run
	}
	return s
}
