package regions

// objectsFeed is how the feed of all buckets is called.
const objectsFeed = "objects"

// objectFeed carries versions of objects and delete markers. They arrive as they left, one after the other, each after the link's lag.
func (w *World) objectFeed(from, to string) (*feed, error) {
	source, target := w.stores[from], w.stores[to]
	names := map[string]string{} // there, by the name here
	for logical, name := range w.buckets[from] {
		names[name] = w.buckets[to][logical]
	}
	f := &feed{what: objectsFeed, from: from, to: to, wake: source.Changed, last: source.Sequence}
	f.read = func(after uint64, limit int) ([]parcel, uint64, error) {
		replicas, err := source.Replicas(after, limit)
		parcels, next := make([]parcel, len(replicas)), after
		for i, r := range replicas {
			next = r.Sequence
			parcels[i] = parcel{sequence: r.Sequence, at: r.At, deliver: func() error { return target.CopyFrom(source, r, names[r.Bucket]) }}
		}
		return parcels, next, err
	}
	f.save = func(position uint64) error {
		if err := target.SetPosition(from, position); err != nil {
			return err
		}
		return source.Replicated(w.arrivedEverywhere(objectsFeed, from))
	}
	var err error
	f.position, err = target.Position(from)
	f.next = f.position
	return f, err
}
