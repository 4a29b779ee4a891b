package httpapi

import (
	"context"
	"mime"
	"reflect"
	"strings"
	"unicode/utf8"

	"lyceum/shared/domain"
)

// Text is a body that is no JSON, as it was sent: UTF-8 of a type that the route takes.
type Text struct {
	Type  string // without parameters
	Bytes []byte
}

// Content binds a use case that takes a lesson's content: as Query, and the field Body of In, of type Text, is the body. Out is answered
// with status.
func Content[In, Out any](status int, do func(context.Context, In) (Out, error)) Handler {
	return bind(status, do, func(r *Request, in *In) error {
		text, err := decodeContent(r)
		if err != nil {
			return err
		}
		reflect.ValueOf(in).Elem().FieldByName("Body").Set(reflect.ValueOf(text))
		return nil
	})
}

func decodeContent(r *Request) (Text, error) {
	media, params, err := mime.ParseMediaType(r.header("content-type"))
	charset, named := params["charset"]
	switch {
	case err != nil, media != domain.Markdown && media != domain.HTML, named && !strings.EqualFold(charset, "utf-8"):
		return Text{}, domain.ErrContentType
	case len(r.Body) > domain.MaxContentBytes:
		return Text{}, domain.ErrContentTooLarge
	case len(r.Body) == 0:
		return Text{}, domain.ErrContentEmpty
	case !utf8.Valid(r.Body):
		return Text{}, domain.ErrContentEncoding
	}
	return Text{media, r.Body}, nil
}
