package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"reflect"

	"lyceum/shared/domain/fault"
)

// File is a file of a multipart form, whole in memory.
type File struct {
	Name    string // as the client said; may be anything
	Content []byte
}

// Faults of forms.
var (
	ErrNotForm   = fault.New(fault.Unsupported, "request.not_multipart", "The body must be a form: Content-Type: multipart/form-data.")
	ErrBadForm   = fault.New(fault.Invalid, "request.malformed", "The body is not a well-formed multipart form.")
	ErrNoFile    = fault.New(fault.Invalid, "upload.file_missing", "No file provided: the form needs a part named file with a file name.")
	ErrManyFiles = fault.New(fault.Invalid, "upload.file_repeated", "The form has more than one part named file.")
)

// Form binds a use case that takes a file: as Query, and the field File of In, of type File, is filled from the part named file of a
// multipart form (RFC 7578). Other parts are ignored. Out is answered with status.
func Form[In, Out any](status int, do func(context.Context, In) (Out, error)) Handler {
	return bind(status, do, func(r *Request, in *In) error {
		file, err := decodeForm(r)
		if err != nil {
			return err
		}
		reflect.ValueOf(in).Elem().FieldByName("File").Set(reflect.ValueOf(file))
		return nil
	})
}

func decodeForm(r *Request) (File, error) {
	media, params, err := mime.ParseMediaType(r.header("content-type"))
	if err != nil || media != "multipart/form-data" {
		return File{}, ErrNotForm
	}
	if params["boundary"] == "" || !bytes.Contains(r.Body, []byte("--"+params["boundary"]+"--")) { // the reader forgives a missing end
		return File{}, ErrBadForm
	}
	var file *File
	form := multipart.NewReader(bytes.NewReader(r.Body), params["boundary"])
	for {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return File{}, ErrBadForm.Because(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return File{}, ErrBadForm.Because(err)
		}
		if part.FormName() != "file" {
			continue
		}
		if file != nil {
			return File{}, ErrManyFiles
		}
		_, disposition, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		if _, named := disposition["filename"]; !named {
			return File{}, ErrNoFile
		}
		file = &File{Name: disposition["filename"], Content: content}
	}
	if file == nil {
		return File{}, ErrNoFile
	}
	return *file, nil
}
