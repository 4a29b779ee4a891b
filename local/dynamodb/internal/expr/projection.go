package expr

import (
	"maps"
	"slices"

	"lyceum/local/dynamodb/internal/attr"
)

// Projection is a set of paths to keep of an item. A nil one keeps everything.
type Projection []Path

// Projection parses a projection expression.
func (s *Scope) Projection(src string) (Projection, error) {
	p, err := s.parser(ProjectionExpression, src)
	if err != nil {
		return nil, err
	}
	var paths Projection
	for {
		path, err := p.path()
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
		if p.accept(",") {
			continue
		}
		if err := p.end(); err != nil {
			return nil, err
		}
		return paths, disjoint(ProjectionExpression, paths)
	}
}

// Roots are the top-level attributes that the projection refers to, in its order.
func (p Projection) Roots() []string {
	roots := make([]string, len(p))
	for i, path := range p {
		roots[i] = path.Root()
	}
	return roots
}

// Nested are the top-level attributes of which the projection wants a part.
func (p Projection) Nested() []string {
	var nested []string
	for _, path := range p {
		if len(path) > 1 {
			nested = append(nested, path.Root())
		}
	}
	return nested
}

// Apply returns what the paths lead to, inside the containers that lead there. Chosen list elements close ranks.
func (p Projection) Apply(item attr.Map) attr.Map {
	if p == nil {
		return item
	}
	kept, _ := keep(item, p).(attr.Map)
	return kept
}

// keep returns the parts of v at the paths, or nil if there are none; v itself for an empty path.
func keep(v attr.Value, paths []Path) attr.Value {
	if slices.ContainsFunc(paths, func(p Path) bool { return len(p) == 0 }) {
		return v
	}
	below := map[step][]Path{}
	for _, p := range paths {
		below[p[0]] = append(below[p[0]], p[1:])
	}
	switch v := v.(type) {
	case attr.Map:
		kept := attr.Map{}
		for s, rest := range below {
			if inner := child(v, s); inner != nil {
				if inner = keep(inner, rest); inner != nil {
					kept[s.name] = inner
				}
			}
		}
		if len(kept) > 0 {
			return kept
		}
	case attr.List:
		var kept attr.List
		for _, s := range slices.SortedFunc(maps.Keys(below), func(a, b step) int { return a.index - b.index }) {
			if inner := child(v, s); inner != nil {
				if inner = keep(inner, below[s]); inner != nil {
					kept = append(kept, inner)
				}
			}
		}
		if kept != nil {
			return kept
		}
	}
	return nil
}
