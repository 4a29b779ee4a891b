package domain_test

import (
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"lyceum/shared/domain"
)

// likeWorld is several regions that are told what one user likes, and replicate shards to each other item by item, late and in any order.
type likeWorld struct {
	regions []string
	known   map[string]map[string]domain.LikeShard // what each region has of every region's shard
	counts  map[string]int
	pending []message
	events  int
}

type message struct {
	to, of string
	shard  domain.LikeShard
}

func newLikeWorld(regions ...string) *likeWorld {
	w := &likeWorld{regions: regions, known: map[string]map[string]domain.LikeShard{}, counts: map[string]int{}}
	for _, r := range regions {
		w.known[r] = map[string]domain.LikeShard{}
	}
	return w
}

func (w *likeWorld) save(region string, like *domain.Like, change int) {
	mine := like.Mine()
	mine.Version++
	w.counts[region] += change
	w.known[region][region] = mine
	for _, other := range w.regions {
		if other != region {
			w.pending = append(w.pending, message{other, region, mine})
		}
	}
}

func (w *likeWorld) set(region string, liked bool, now time.Time) {
	like := domain.RestoreLike(region, w.known[region])
	change, first := like.Set(liked, now)
	if first {
		w.events++
	}
	w.save(region, like, change)
}

// deliver brings the i-th copy, unless a newer one came before it.
func (w *likeWorld) deliver(i int) {
	m := w.pending[i]
	w.pending = append(w.pending[:i:i], w.pending[i+1:]...)
	if w.known[m.to][m.of].Version < m.shard.Version {
		w.known[m.to][m.of] = m.shard
	}
}

func (w *likeWorld) deliverAll() {
	for len(w.pending) > 0 {
		w.deliver(0)
	}
}

func (w *likeWorld) count() (n int) {
	for _, c := range w.counts {
		n += c
	}
	return n
}

func number(liked bool) int {
	if liked {
		return 1
	}
	return 0
}

// D42: likes were doubled, lost and drifted apart from their count.
func TestD42LikesOfSeveralRegionsComeToOneCount(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(42, 1))
	for range 10_000 {
		w, now := newLikeWorld("ap", "eu", "us"), noon
		last := false
		for range r.IntN(12) + 1 {
			now = now.Add(time.Duration(r.IntN(3)) * time.Second)
			for len(w.pending) > 0 && r.IntN(2) == 0 {
				w.deliver(r.IntN(len(w.pending)))
			}
			liked := r.IntN(2) == 0
			// clocks of regions differ by up to a second
			w.set(w.regions[r.IntN(3)], liked, now.Add(time.Duration(r.IntN(1000))*time.Millisecond))
		}
		w.deliverAll()
		first := domain.RestoreLike("ap", w.known["ap"])
		for _, region := range w.regions {
			if !maps.Equal(w.known[region], w.known["ap"]) || domain.RestoreLike(region, w.known[region]).Liked() != first.Liked() {
				t.Fatalf("regions disagree: %+v", w.known)
			}
		}
		// The next change, wherever it is made, leaves the count exact, and so does Settle.
		region := w.regions[r.IntN(3)]
		if r.IntN(2) == 0 {
			like := domain.RestoreLike(region, w.known[region])
			last = like.Liked()
			w.save(region, like, like.Settle())
		} else {
			last = r.IntN(2) == 0
			w.set(region, last, now)
		}
		w.deliverAll()
		for _, region := range w.regions {
			if like := domain.RestoreLike(region, w.known[region]); like.Liked() != last || w.count() != number(last) {
				t.Fatalf("%s says %v with count %d, want %v", region, like.Liked(), w.count(), last)
			}
		}
	}
}

func TestD42LikesThatSeeEachOtherAreExactAtOnce(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(42, 2))
	for range 2000 {
		w, ever := newLikeWorld("eu", "us"), false
		for range 10 {
			liked := r.IntN(2) == 0
			ever = ever || liked
			w.set(w.regions[r.IntN(2)], liked, noon.Add(time.Duration(r.IntN(10))*time.Second)) // also with clocks that go back
			w.deliverAll()
			if w.count() != number(liked) || domain.RestoreLike("eu", w.known["eu"]).Liked() != liked || w.events != number(ever) {
				t.Fatalf("count %d and %d events after %v, shards %+v", w.count(), w.events, liked, w.known)
			}
		}
	}
}

func TestTheLatestIntentWins(t *testing.T) {
	t.Parallel()
	at := func(liked bool, ms int) domain.LikeShard {
		return domain.LikeShard{Liked: liked, At: noon.Add(time.Duration(ms) * time.Millisecond)}
	}
	for name, c := range map[string]struct {
		shards map[string]domain.LikeShard
		want   bool
	}{
		"nobody was told":                     {nil, false},
		"the later one":                       {map[string]domain.LikeShard{"eu": at(true, 2), "us": at(false, 1)}, true},
		"the later one the other way round":   {map[string]domain.LikeShard{"eu": at(true, 1), "us": at(false, 2)}, false},
		"in one millisecond the greater name": {map[string]domain.LikeShard{"eu": at(false, 1), "us": at(true, 1)}, true},
	} {
		like := domain.RestoreLike("eu", c.shards)
		if like.Liked() != c.want || like.Known() != (c.shards != nil) {
			t.Errorf("%s: %v, want %v", name, like.Liked(), c.want)
		}
	}
}
