package domain

// CatalogueCounts are how many lessons are published: the denominators of progress.
type CatalogueCounts struct {
	Total  int
	Tracks map[Track]int // of each track that has any
}

// MergeCounts is what all regions together have counted. A track, or all, that regions have counted down to nothing or below is not there:
// a region's correction may be seen before the count that it corrects.
func MergeCounts(regions []CatalogueCounts) CatalogueCounts {
	all := CatalogueCounts{Tracks: map[Track]int{}}
	for _, region := range regions {
		all.Total += region.Total
		for track, n := range region.Tracks {
			all.Tracks[track] += n
		}
	}
	all.Total = max(0, all.Total)
	for track, n := range all.Tracks {
		if n <= 0 {
			delete(all.Tracks, track)
		}
	}
	return all
}
