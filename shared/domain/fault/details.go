package fault

import "errors"

// Details collects every broken rule of one input, so that the caller learns of all of them at once.
type Details []Detail

// Add records err under the field's name; nil is not recorded. A fault contributes its message and its own details' messages.
func (d *Details) Add(field string, err error) {
	if err == nil {
		return
	}
	message := "is not valid"
	var f *Error
	if errors.As(err, &f) {
		message = f.Message
	}
	*d = append(*d, Detail{Field: field, Message: message})
}

// Err is nil when nothing was recorded, else one Invalid fault with all details.
func (d Details) Err() error {
	if len(d) == 0 {
		return nil
	}
	e := New(Invalid, "request.invalid", "The request is not valid.")
	e.Details = d
	return e
}

// InField is an Invalid fault about one field.
func InField(field, message string) *Error {
	e := New(Invalid, "request.invalid", "The request is not valid.")
	e.Details = []Detail{{Field: field, Message: message}}
	return e
}
