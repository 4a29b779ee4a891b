package main

import (
	"context"
	"os"
	"time"

	"lyceum/local/address"
)

// writeAddresses leaves in the data folder where the parts listen, until the end.
func (f *fleet) writeAddresses() error {
	if f.data == "" {
		return nil
	}
	var addresses []address.Region
	for _, c := range f.clouds {
		addresses = append(addresses, address.Region{Name: c.set.region, API: c.url(apiPart), DynamoDB: c.dynamo, S3: c.url(s3Part)})
	}
	f.closers = append(f.closers, func() { address.Remove(f.data) })
	return address.Write(f.data, addresses)
}

// watchTemplate says when the template has changed, as only a restart serves it.
func (f *fleet) watchTemplate(ctx context.Context) {
	path := f.clouds[0].set.template
	changed := func() (at time.Time) {
		if info, err := os.Stat(path); err == nil {
			at = info.ModTime()
		}
		return at
	}
	was, tick := changed(), time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if is := changed(); !is.IsZero() && !is.Equal(was) {
				was = is
				f.log.Warn("template changed: end this and start it again to serve it", "template", path)
			}
		}
	}
}
