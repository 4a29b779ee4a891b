package template

// value is a resolved piece of the template that knows where it stood.
type value struct {
	kind   kind
	typed  bool // a scalar that YAML reads as a number or a boolean
	line   int
	text   string
	items  []value
	fields []field
}

type field struct {
	name  string
	line  int
	value value
}

type kind int

const (
	absent  kind = iota // not written, or AWS::NoValue
	broken              // a problem was reported for it: whoever meets it stays silent
	scalar              // text
	list                // items
	mapping             // fields, in the template's order
)

// get returns the field of a mapping, or an absent value.
func (v value) get(name string) value {
	for _, f := range v.fields {
		if f.name == name {
			return f.value
		}
	}
	return value{line: v.line}
}

// merge puts local over global as SAM does with Globals: mappings merge, lists are joined, anything else is replaced
// ("Globals section of the AWS SAM template", overridable properties).
func merge(global, local value) value {
	switch {
	case local.kind == absent:
		return global
	case global.kind == list && local.kind == list:
		local.items = append(append([]value{}, global.items...), local.items...)
	case global.kind == mapping && local.kind == mapping:
		fields := make([]field, 0, len(global.fields)+len(local.fields))
		at := make(map[string]int, cap(fields))
		for _, f := range global.fields {
			at[f.name] = len(fields)
			fields = append(fields, f)
		}
		for _, f := range local.fields {
			if i, ok := at[f.name]; ok {
				f.value = merge(fields[i].value, f.value)
				fields[i] = f
			} else {
				fields = append(fields, f)
			}
		}
		local.fields = fields
	}
	return local
}
