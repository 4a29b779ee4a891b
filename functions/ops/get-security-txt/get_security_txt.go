package main

import (
	"context"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// GetSecurityTxt tells whom to write to about a weakness of this deployment (RFC 9116).
type GetSecurityTxt struct {
	Contact string // a URI, such as mailto:security@example.org; "" for none
	Now     func() time.Time
}

// In is the request.
type In struct{}

// good is how long the answer is good, as it says: RFC 9116 recommends less than a year.
const good = 180 * 24 * time.Hour

// Do answers domain.ErrNoSuchID while the deployment names no contact.
func (g GetSecurityTxt) Do(context.Context, In) (httpapi.Document, error) {
	if g.Contact == "" {
		return httpapi.Document{}, domain.ErrNoSuchID
	}
	expires := g.Now().UTC().Truncate(24 * time.Hour).Add(good).Format(time.RFC3339) // the same all day, so that caches can keep it
	text := "Contact: " + g.Contact + "\nExpires: " + expires + "\nPreferred-Languages: en\n"
	return httpapi.Document{MediaType: "text/plain; charset=utf-8", Body: []byte(text), MaxAge: time.Hour}, nil
}
