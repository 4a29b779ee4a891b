package domain

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"time"

	"lyceum/shared/domain/fault"
)

// Limits of a lesson's content, in bytes.
const (
	MaxContentBytes = 1 << 20  // of what the author wrote
	MaxFrontBytes   = 16 << 10 // of the front matter before it
	MaxHTMLBytes    = 2 << 20  // of what it becomes: with metadata and JSON escapes it stays below Lambda's 6 MB answer
)

// The types of content that authors write.
const (
	Markdown = "text/markdown"
	HTML     = "text/html"
)

// Faults of content.
var (
	ErrNoContent         = fault.New(fault.Unavailable, "lesson.content_missing", "The lesson's content is not here yet.")
	ErrContentTooLarge   = fault.New(fault.TooLarge, "lesson.content_too_large", "A lesson has at most 1 MiB of content, which becomes at most 2 MiB of HTML. Divide it.")
	ErrContentTooDeep    = fault.New(fault.Invalid, "lesson.content_too_deep", "must not have more than 100 quotes and lists in each other")
	ErrContentTooComplex = fault.New(fault.Invalid, "lesson.content_too_complex",
		"takes too long to be shown: it repeats signs such as [, * or | too often in one paragraph or table. Divide it.")
	ErrContentEmpty       = fault.New(fault.Invalid, "lesson.content_empty", "must not be empty")
	ErrContentNothingLeft = fault.New(fault.Invalid, "lesson.content_nothing_left",
		"holds nothing that learners would see: scripts, forms and frames of other hosts than YouTube and Vimeo fall away")
	ErrContentEncoding = fault.New(fault.Invalid, "lesson.content_encoding", "must be UTF-8")
	ErrContentType     = fault.New(fault.Unsupported, "lesson.content_type", "Content is Markdown or HTML: text/markdown or text/html, in UTF-8.")
)

// Content says where a lesson's content lies. It is written once under keys of its own and never changed; another content has other keys.
// The zero Content is none.
type Content struct {
	ContentKey  string // of the safe HTML that learners read: lessons/<lesson>/<version>
	ContentType string // of the source: Markdown or HTML
	ContentHash string // of the source and its type
	Front       int    // bytes of front matter before the source, kept for export
}

// SourceKey is where the source lies, as its author wrote it, after Front bytes of front matter.
func (c Content) SourceKey() string { return c.ContentKey + ".source" }

// ContentPrefix begins the keys of everything that the lesson ever contained.
func ContentPrefix(id LessonID) string { return "lessons/" + id.String() + "/" }

// NewContent names keys for a source.
func NewContent(lesson LessonID, contentType string, source []byte, front int, now time.Time, random io.Reader) (Content, error) {
	version, err := NewID[Content](now, random)
	if err != nil {
		return Content{}, err
	}
	return Content{ContentPrefix(lesson) + version.String(), contentType, HashContent(contentType, source), front}, nil
}

// HashContent tells sources apart, front matter and all.
func HashContent(contentType string, source []byte) string {
	h := sha256.New()
	io.WriteString(h, contentType+"\n")
	h.Write(source)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}
