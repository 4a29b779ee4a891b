package domain

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"lyceum/shared/domain/fault"
)

// Bounds of uploads in time and size.
const (
	MaxDirectUpload = 4 << 20        // bytes of a file that travels through a Lambda: 6 MB of payload less base64 and envelope
	FormReserved    = time.Hour      // how long the place is kept: a slow sender may begin at the last moment
	PartsReserved   = 20 * time.Hour // the same for an upload in parts; the bucket removes what is older than a day
	PartSize        = 8 << 20        // bytes of every part but the last
)

// Faults of uploads.
var (
	ErrNoUpload      = fault.New(fault.NotFound, "upload.not_found", "There is no such upload.")
	ErrEmptyFile     = fault.New(fault.Invalid, "upload.empty", "The file is empty.")
	ErrFileTooLarge  = fault.New(fault.TooLarge, "upload.too_large", "The file is larger than 4 MiB (4194304 bytes), the most that can be sent this way. Ask POST /api/uploads/request for a form that takes it directly.")
	ErrNotUploaded   = fault.New(fault.Conflict, "upload.not_arrived", "The file has not arrived. Send it first.")
	ErrTypeMismatch  = fault.New(fault.Unsupported, "upload.type_mismatch", "The file's bytes are of another type than was said.")
	ErrSizeMismatch  = fault.New(fault.Conflict, "upload.size_mismatch", "The file has another size than was said.")
	ErrUploadExpired = fault.New(fault.Conflict, "upload.expired", "The file did not arrive in time. Begin again.")
	ErrUploadEnded   = fault.New(fault.Conflict, "upload.ended", "The upload was given up. Begin again.")
	ErrNotInParts    = fault.New(fault.Conflict, "upload.not_in_parts", "The upload does not wait for parts.")
)

// refusals are the faults that an upload can end with.
var refusals = []*fault.Error{ErrFileType, ErrImageTooLarge, ErrPolyglot, ErrTypeMismatch, ErrSizeMismatch, ErrUploadExpired, ErrUploadEnded}

// ContentTypes are the types that are accepted.
var ContentTypes = []string{"image/jpeg", "image/png", "image/webp", "application/pdf"}

// typeNames are other names of types, which browsers and programs send too.
var typeNames = map[string]string{
	"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/jfif": "image/jpeg", "image/x-png": "image/png", "image/x-webp": "image/webp",
	"application/x-pdf": "application/pdf", "application/acrobat": "application/pdf", "text/pdf": "application/pdf",
}

// contentType is the usual name of a type: in lower case and without parameters (RFC 9110, section
// 8.3.1).
func contentType(name string) string {
	name, _, _ = strings.Cut(name, ";")
	name = strings.ToLower(strings.TrimSpace(name))
	if usual, known := typeNames[name]; known {
		return usual
	}
	return name
}

// UploadStatus is how far an upload has come.
type UploadStatus string

// The statuses. What is deleted is not stored.
const (
	StatusRequested UploadStatus = "requested"
	StatusConfirmed UploadStatus = "confirmed"
	StatusRefused   UploadStatus = "refused"
	StatusDeleted   UploadStatus = "deleted"
)

// UploadState is everything stored of an upload.
type UploadState struct {
	ID           UploadID
	Owner        UserID
	OriginalName string // as the client said, cleaned; shown and used for downloads, never part of a key
	ContentType  string // as the client says, and once confirmed as the bytes do
	Size         int64  // the same
	Pixels       int64  // of a confirmed picture; 0 of others, and of those from before this was kept
	SHA256       string // base64, of the whole file, if the client gave it; S3 has checked it
	Key          string // of the confirmed object, opaque
	Place               // that has the bytes
	Parts        string // S3's id of an upload in parts; "" of others
	Status       UploadStatus
	Reason       string // code of the fault it was refused with
	ETag         string // of the confirmed object
	Thumbnails   Thumbnails
	Making       Making
	Until        time.Time // the place of what was requested is kept; zero of what never was
	CreatedAt    time.Time
}

// Place is where bytes lie.
type Place struct{ Bucket, Region string }

// Upload is a file of a user.
type Upload struct{ state UploadState }

// NewUpload judges a whole file by its bytes and names its place. The client's word on the type does not count.
func NewUpload(owner UserID, place Place, fileName string, content []byte, now time.Time, random io.Reader) (*Upload, Event, error) {
	switch {
	case len(content) == 0:
		return nil, Event{}, ErrEmptyFile
	case len(content) > MaxDirectUpload:
		return nil, Event{}, ErrFileTooLarge
	}
	kind, err := Inspect(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, Event{}, err
	}
	u, err := newUpload(owner, place, fileName, now, random)
	if err != nil {
		return nil, Event{}, err
	}
	u.state.ContentType, u.state.Pixels, u.state.Size, u.state.Status = kind.Type, kind.Pixels, int64(len(content)), StatusConfirmed
	event, err := u.event(UploadConfirmed, now, random)
	if err != nil {
		return nil, Event{}, err
	}
	return u, event, nil
}

func newUpload(owner UserID, place Place, fileName string, now time.Time, random io.Reader) (*Upload, error) {
	id, err := NewID[Upload](now, random)
	if err != nil {
		return nil, err
	}
	return &Upload{UploadState{
		ID: id, Owner: owner, OriginalName: cleanName(fileName), Key: "files/" + id.String(), Place: place, CreatedAt: Millis(now),
	}}, nil
}

// Reasons to refuse an UploadRequest.
var (
	errContentType = fault.New(fault.Invalid, "upload.content_type_unknown", "must be "+strings.Join(ContentTypes, ", ")+". "+otherPictures)
	errSize        = fault.New(fault.Invalid, "upload.size_invalid", "must be the file's number of bytes, at least 1")
	errChecksum    = fault.New(fault.Invalid, "upload.checksum_invalid", "must be the SHA-256 of the file in base64")
)

// UploadRequest is what a client says of a file before it sends it.
type UploadRequest struct {
	FileName    string
	ContentType string
	Size        int64
	SHA256      string // base64; "" if not given
}

// RequestUpload makes an upload that waits for its bytes until the reservation ends. The file must have at most maxSize bytes.
func RequestUpload(owner UserID, place Place, r UploadRequest, maxSize int64, reserved time.Duration, now time.Time, random io.Reader) (*Upload, error) {
	var bad fault.Details
	if r.FileName == "" {
		bad.Add("fileName", fault.ErrMissing)
	}
	r.ContentType = contentType(r.ContentType)
	if !slices.Contains(ContentTypes, r.ContentType) {
		bad.Add("contentType", errContentType)
	}
	if r.Size < 1 {
		bad.Add("size", errSize)
	}
	if sum, err := base64.StdEncoding.DecodeString(r.SHA256); r.SHA256 != "" && (err != nil || len(sum) != 32 || base64.StdEncoding.EncodeToString(sum) != r.SHA256) {
		bad.Add("checksum", errChecksum)
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	if r.Size > maxSize {
		return nil, fault.New(fault.TooLarge, ErrFileTooLarge.Code, fmt.Sprintf("The file is larger than %d bytes, the most that can be sent this way.", maxSize))
	}
	if r.Size > MaxImageBytes && r.ContentType != "application/pdf" {
		return nil, ErrImageTooLarge
	}
	u, err := newUpload(owner, place, r.FileName, now, random)
	if err != nil {
		return nil, err
	}
	u.state.ContentType, u.state.Size, u.state.SHA256 = r.ContentType, r.Size, r.SHA256
	u.state.Status, u.state.Until = StatusRequested, Millis(now.Add(reserved))
	return u, nil
}

// RestoreUpload is for stores.
func RestoreUpload(s UploadState) *Upload { return &Upload{s} }

// State is a copy of everything stored.
func (u *Upload) State() UploadState { return u.state }

// InParts notes S3's id of the upload in parts.
func (u *Upload) InParts(id string) { u.state.Parts = id }

// TakesParts is ErrNotInParts unless the upload waits for parts; for one that was refused it is the reason.
func (u *Upload) TakesParts() error {
	if err := u.Refusal(); err != nil {
		return err
	}
	if u.state.Status != StatusRequested || u.state.Parts == "" {
		return ErrNotInParts
	}
	return nil
}

// Confirm makes what was requested a file, of so many pixels if it is a picture. It changes nothing
// and gives no event when it is one already.
func (u *Upload) Confirm(etag string, pixels int64, now time.Time, random io.Reader) (*Event, error) {
	if u.state.Status != StatusRequested {
		return nil, u.Refusal()
	}
	event, err := u.event(UploadConfirmed, now, random)
	if err != nil {
		return nil, err
	}
	u.state.Status, u.state.ETag, u.state.Pixels = StatusConfirmed, etag, pixels
	return &event, nil
}

// Refuse ends what was requested for a reason, which must be one of the faults of this package. It leaves alone what is settled.
func (u *Upload) Refuse(reason error) {
	if u.state.Status == StatusRequested {
		u.state.Status, u.state.Reason = StatusRefused, fault.As(reason).Code
	}
}

// Refusal is why the upload was refused; nil if it was not.
func (u *Upload) Refusal() error {
	if u.state.Status != StatusRefused {
		return nil
	}
	for _, reason := range refusals {
		if reason.Code == u.state.Reason {
			return reason
		}
	}
	return ErrUploadEnded
}

// Delete ends an upload. Only what was confirmed gives an event.
func (u *Upload) Delete(now time.Time, random io.Reader) (*Event, error) {
	before := u.state.Status
	u.state.Status = StatusDeleted
	if before != StatusConfirmed {
		return nil, nil
	}
	event, err := u.event(UploadDeleted, now, random)
	return &event, err
}

func (u *Upload) event(kind EventType, now time.Time, random io.Reader) (Event, error) {
	return NewEvent(kind, now, random, map[string]string{"uploadId": u.state.ID.String(), "userId": u.state.Owner.String()})
}

// IsImage tells whether it is a picture.
func (u *Upload) IsImage() bool { return strings.HasPrefix(u.state.ContentType, "image/") }

// StagingKey is where the bytes arrive. It names the owner too, so that the record can be found when S3 alone says that they did.
func (u *Upload) StagingKey() string {
	return StagingPrefix + u.state.Owner.String() + "/" + u.state.ID.String()
}

// StagingPrefix begins the keys of what was not judged yet.
const StagingPrefix = "staging/"

// ParseStagingKey reads what StagingKey gave.
func ParseStagingKey(key string) (owner UserID, id UploadID, err error) {
	rest, staged := strings.CutPrefix(key, StagingPrefix)
	user, upload, _ := strings.Cut(rest, "/")
	if !staged {
		return owner, id, ErrNoSuchID
	}
	if owner, err = ParseID[User](user); err == nil {
		id, err = ParseID[Upload](upload)
	}
	return owner, id, err
}

// Objects are the keys of all objects that the upload may have; who deletes its record deletes them first.
func (u *Upload) Objects() []string {
	keys := []string{u.state.Key}
	if u.state.Status != StatusConfirmed {
		keys = append(keys, u.StagingKey())
	}
	if u.state.Thumbnails != NoThumbnails {
		keys = append(keys, ThumbnailKeys(u.state.ID)...)
	}
	return keys
}

// PartSizes are the sizes of the parts in which the file is sent, the first part's first.
func (u *Upload) PartSizes() (sizes []int64) {
	for left := u.state.Size; left > 0; left -= PartSize {
		sizes = append(sizes, min(left, PartSize))
	}
	return sizes
}
