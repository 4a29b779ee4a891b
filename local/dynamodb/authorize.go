package dynamodb

import (
	"maps"
	"slices"
	"strings"
)

const allTables = "*"

func (s *Server) tableARN(name string) string {
	return "arn:aws:dynamodb:" + s.opts.Region + ":" + s.opts.AccountID + ":table/" + name
}

func (s *Server) indexARN(table, index string) string { return s.tableARN(table) + "/index/" + index }

// tableName returns the table's name: given may be its ARN instead. It returns nil for nil, a name
// that the request does not have.
func (s *Server) tableName(given *string) *string {
	if given == nil {
		return nil
	}
	name := strings.TrimPrefix(*given, s.tableARN(""))
	return &name
}

// table returns a table, or nil.
func (s *Server) table(name string) *table { return (*s.tables.Load())[name] }

// authorize asks Options.Authorize about one action on one resource.
func (c *call) authorize(action, resource string, leadingKeys ...string) error {
	if c.opts.Authorize == nil {
		return nil
	}
	leadingKeys = slices.DeleteFunc(leadingKeys, func(key string) bool { return key == "" }) // of an unknown table
	slices.Sort(leadingKeys)
	err := c.opts.Authorize(Request{c.accessKeyID, "dynamodb:" + action, resource, slices.Compact(leadingKeys)})
	if err != nil {
		return newError(ofService, "AccessDeniedException", "%s", err.Error())
	}
	return nil
}

// permissions gathers what a call with several members needs, so that each action on each resource is asked about once.
type permissions map[[2]string][]string

func (p permissions) add(action, resource string, leadingKey string) {
	at := [2]string{action, resource}
	p[at] = append(p[at], leadingKey)
}

func (c *call) authorizeAll(p permissions) error {
	for _, at := range slices.SortedFunc(maps.Keys(p), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		if err := c.authorize(at[0], at[1], p[at]...); err != nil {
			return err
		}
	}
	return nil
}

// sortedNames are the keys of a map in order.
func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
