package fault

import "errors"

// Details collects every broken rule of one input, so that the caller learns of all of them at once.
type Details []Detail

// ErrMissing is the reason for a field that must be given and is not.
var ErrMissing = New(Invalid, "field.missing", "is missing")

// errInvalid stands for a reason that is no fault: its words are for logs alone.
var errInvalid = New(Invalid, "field.invalid", "is not valid")

// Add records err under the field's name; nil is not recorded. A fault contributes its code and its
// message.
func (d *Details) Add(field string, err error) {
	if err == nil {
		return
	}
	reason, ok := errors.AsType[*Error](err)
	if !ok {
		reason = errInvalid
	}
	*d = append(*d, Detail{Field: field, Code: reason.Code, Message: reason.Message})
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

// InField is an Invalid fault about one field, for the reason that a fault gives.
func InField(field string, reason error) error {
	var d Details
	d.Add(field, reason)
	return d.Err()
}
