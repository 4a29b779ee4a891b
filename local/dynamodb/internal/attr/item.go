package attr

import "github.com/go-json-experiment/json/jsontext"

// Input is an item of a request. A broken rule is kept in Err, so that it is reported when its turn comes in the order
// of validations; the rest of the item is skipped.
type Input struct {
	Map
	Err  error  // an Invalid, or nil
	Name string // the top-level attribute that broke it
}

// Given tells whether the parameter was present.
func (in Input) Given() bool { return in.Map != nil || in.Err != nil }

// UnmarshalJSONFrom reads an item as Map does.
func (in *Input) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	depth, at := dec.StackDepth(), dec.StackPointer()
	err := in.Map.UnmarshalJSONFrom(dec)
	if invalid, ok := err.(Invalid); ok {
		in.Err = invalid
		for name := range (dec.StackPointer()[len(at):]).Tokens() {
			in.Name = name
			break
		}
		for dec.StackDepth() > depth {
			if _, err := dec.ReadToken(); err != nil {
				return err
			}
		}
		return nil
	}
	return err
}
