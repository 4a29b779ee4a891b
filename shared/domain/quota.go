package domain

import (
	"slices"
	"strings"
	"time"

	"lyceum/shared/domain/fault"
)

// MaxOpenUploads is how many uploads of a user may wait for their bytes at once in a region; they are kept in one item.
const MaxOpenUploads = 50

// Faults of quotas.
var (
	ErrQuota         = fault.New(fault.Conflict, "upload.quota_exceeded", "Your files would take more space, or be more, than you may have. Delete some first.")
	ErrTooManyOpened = fault.New(fault.Conflict, "upload.too_many_open", "Too many uploads wait for their bytes. Finish or delete some first.")
)

// Usage is what files take.
type Usage struct {
	Bytes int64
	Files int
}

// Quota is what one region counted of a user's files: those requested or made there, less those deleted there. So it may be negative; the
// sum over all regions is the truth. What is requested counts at once; what never comes is freed when its reservation is over.
type Quota struct {
	Usage
	Open    map[UploadID]Reservation // requested here, not settled
	Version int
}

// Reservation is the place kept for an upload that was requested.
type Reservation struct {
	Bytes int64
	Until time.Time
}

// Reserve counts an upload, unless all the regions' usage would exceed the limit.
func (q *Quota) Reserve(u *Upload, elsewhere, limit Usage) error {
	s := u.state
	if q.Bytes+elsewhere.Bytes+s.Size > limit.Bytes || q.Files+elsewhere.Files+1 > limit.Files {
		return ErrQuota
	}
	if s.Status == StatusRequested {
		if len(q.Open) >= MaxOpenUploads {
			return ErrTooManyOpened
		}
		if q.Open == nil {
			q.Open = map[UploadID]Reservation{}
		}
		q.Open[s.ID] = Reservation{s.Size, s.Until}
	}
	q.Bytes += s.Size
	q.Files++
	return nil
}

// Move accounts for an upload's way from one status to another, and tells whether anything changed. Each way is counted once: the place of
// what was requested is freed only while it is open here, so that the region that reserved it frees it.
func (q *Quota) Move(before, after UploadState) (changed bool) {
	open, reserved := q.Open[before.ID]
	delete(q.Open, before.ID)
	switch {
	case before.Status == StatusConfirmed && after.Status == StatusDeleted:
		q.Bytes -= before.Size
		q.Files--
		return true
	case before.Status == StatusRequested && after.Status != StatusConfirmed && reserved:
		q.Bytes -= open.Bytes
		q.Files--
	}
	return reserved
}

// Expired are reservations that are over, at most 20, the oldest first.
func (q *Quota) Expired(now time.Time) (ids []UploadID) {
	for id, r := range q.Open {
		if now.After(r.Until) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b UploadID) int { return strings.Compare(a.String(), b.String()) })
	return ids[:min(len(ids), 20)]
}
