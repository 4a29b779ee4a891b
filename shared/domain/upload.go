package domain

import (
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lyceum/shared/domain/fault"
)

// MaxDirectUpload is the most bytes a file may have that travels through a Lambda: 6 MB of payload less base64 and envelope.
const MaxDirectUpload = 4 << 20

// Faults of uploads.
var (
	ErrNoUpload     = fault.New(fault.NotFound, "upload.not_found", "There is no such upload.")
	ErrEmptyFile    = fault.New(fault.Invalid, "upload.empty", "The file is empty.")
	ErrFileTooLarge = fault.New(fault.TooLarge, "upload.too_large", "The file is larger than 4 MiB (4194304 bytes), the most that can be sent this way.")
	ErrFileType     = fault.New(fault.Unsupported, "upload.type_unsupported", "Only JPEG, PNG and WebP images and PDF documents are accepted, judged by their bytes.")
)

// UploadState is everything stored of an upload.
type UploadState struct {
	ID           UploadID
	Owner        UserID
	OriginalName string // as the client said, cleaned; shown and used for downloads, never part of a key
	ContentType  string // as the bytes say
	Size         int64
	Key          string // of the object, opaque
	Bucket       string // that has the bytes
	CreatedAt    time.Time
}

// Upload is a file of a user.
type Upload struct{ state UploadState }

// NewUpload judges a whole file by its bytes and names its place. The client's word on the type does not count.
func NewUpload(owner UserID, bucket, fileName string, content []byte, now time.Time, random io.Reader) (*Upload, Event, error) {
	switch {
	case len(content) == 0:
		return nil, Event{}, ErrEmptyFile
	case len(content) > MaxDirectUpload:
		return nil, Event{}, ErrFileTooLarge
	}
	contentType, ok := sniff(content)
	if !ok {
		return nil, Event{}, ErrFileType
	}
	id, err := NewID[Upload](now, random)
	if err != nil {
		return nil, Event{}, err
	}
	event, err := NewEvent(UploadConfirmed, now, random, map[string]string{"uploadId": id.String(), "userId": owner.String()})
	if err != nil {
		return nil, Event{}, err
	}
	return &Upload{UploadState{
		ID: id, Owner: owner, OriginalName: cleanName(fileName), ContentType: contentType, Size: int64(len(content)),
		Key: "files/" + id.String(), Bucket: bucket, CreatedAt: Millis(now),
	}}, event, nil
}

// RestoreUpload is for stores.
func RestoreUpload(s UploadState) *Upload { return &Upload{s} }

// State is a copy of everything stored.
func (u *Upload) State() UploadState { return u.state }

// cleanName keeps what a person typed, without folders, control and bidirectional characters, at most 255 bytes of whole characters.
func cleanName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			return -1
		}
		return r
	}, name))
	for len(name) > 255 {
		_, last := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-last]
	}
	name = strings.TrimSpace(name) // the cut may have bared a space
	if name == "" || name == "." || name == ".." {
		return "file"
	}
	return name
}
