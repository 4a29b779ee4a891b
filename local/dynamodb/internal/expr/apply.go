package expr

import (
	"slices"

	"lyceum/local/dynamodb/internal/attr"
)

// Removes tells an update that can only take away: it makes no new item.
func (u *Update) Removes() bool {
	for _, a := range u.actions {
		if a.section == "SET" || a.section == "ADD" {
			return false
		}
	}
	return len(u.actions) > 0
}

// Apply returns the updated item. The given one stays as it is.
func (u *Update) Apply(item attr.Map) (attr.Map, error) {
	var result attr.Value = item
	for _, a := range u.actions {
		to, err := a.result(item)
		if err != nil {
			return nil, err
		}
		if to == nil && a.path.get(item) == nil {
			if len(a.path) > 1 && a.path[:len(a.path)-1].get(item) == nil {
				return nil, badUpdatePath
			}
			if err := a.path.suits(item); err != nil {
				return nil, err
			}
			continue
		}
		if result, err = replaced(result, a.path, to); err != nil {
			return nil, err
		}
	}
	m, _ := result.(attr.Map)
	return m, nil
}

// suits refuses a last step that the container cannot have: an index into a map, a name in a list.
func (p Path) suits(item attr.Map) error {
	last := p[len(p)-1]
	switch p[:len(p)-1].get(item).(type) {
	case attr.Map:
		if last.name != "" {
			return nil
		}
	case attr.List:
		if last.name == "" {
			return nil
		}
	}
	return badUpdatePath
}

// result is the new value at the path, or nil to remove it.
func (a action) result(item attr.Map) (attr.Value, error) {
	if a.section == "REMOVE" {
		return nil, nil
	}
	v, err := a.operand.value(item)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return nil, errNoAttribute
	}
	old := a.path.get(item)
	switch a.section {
	case "ADD":
		return added(old, v)
	case "DELETE":
		return without(old, v)
	}
	return v, nil
}

func added(old, v attr.Value) (attr.Value, error) {
	if old == nil {
		return v, nil
	}
	if n, ok := old.(attr.Number); ok {
		if m, ok := v.(attr.Number); ok {
			return number(n.Add(m))
		}
	}
	a, b, err := sameSets(old, v)
	if err != nil {
		return nil, err
	}
	members := slices.Clone(a.Members)
	for _, m := range b.Members {
		if !a.Contains(m) {
			members = append(members, m)
		}
	}
	return attr.Set{Elem: a.Elem, Members: members}, nil
}

// without removes members; a set that becomes empty is removed, and a missing one stays missing.
func without(old, v attr.Value) (attr.Value, error) {
	if old == nil {
		return nil, nil
	}
	a, b, err := sameSets(old, v)
	if err != nil {
		return nil, err
	}
	members := slices.DeleteFunc(slices.Clone(a.Members), b.Contains)
	if len(members) == 0 {
		return nil, nil
	}
	return attr.Set{Elem: a.Elem, Members: members}, nil
}

func sameSets(a, b attr.Value) (attr.Set, attr.Set, error) {
	s, ok1 := a.(attr.Set)
	t, ok2 := b.(attr.Set)
	if !ok1 || !ok2 || s.Elem != t.Elem {
		return s, t, errOperandType
	}
	return s, t, nil
}
