package behaviour

import (
	"cmp"
	"slices"
	"strconv"
)

// model is the simplest thing that answers PutItem, GetItem, DeleteItem and Query: items by partition and sort key.
type model map[string]map[int]object

func (m model) play(r request) answer {
	key, _ := r.body["Key"].(object)
	if item, ok := r.body["Item"].(object); ok {
		key = item
	}
	if r.operation == "Query" {
		return answer{status: 200, body: m.query(r.span)}
	}
	pk := key["pk"].(object)["S"].(string)
	sk, _ := strconv.Atoi(key["sk"].(object)["N"].(string))
	old, found := m[pk][sk]
	body := object{}
	switch r.operation {
	case "PutItem":
		if h, ok := r.body["Item"].(object)["h"].(object); ok && h["N"] == nil {
			return answer{status: 400, fault: "ValidationException"}
		}
		if m[pk] == nil {
			m[pk] = map[int]object{}
		}
		m[pk][sk] = r.body["Item"].(object)
	case "DeleteItem":
		delete(m[pk], sk)
	case "GetItem":
		if found {
			body["Item"] = old
		}
	}
	if found && r.body["ReturnValues"] == "ALL_OLD" {
		body["Attributes"] = old
	}
	return answer{status: 200, body: body}
}

func (m model) query(s span) object {
	var keys []int
	for sk := range m[s.pk] {
		behind := s.after < 0 || sk > s.after && !s.backwards || sk < s.after && s.backwards
		if sk >= s.low && sk <= s.high && behind {
			keys = append(keys, sk)
		}
	}
	slices.SortFunc(keys, func(a, b int) int {
		if s.backwards {
			a, b = b, a
		}
		return cmp.Compare(a, b)
	})
	body, found := object{}, []any{}
	if s.limit > 0 && len(keys) >= s.limit {
		keys = keys[:s.limit]
		body["LastEvaluatedKey"] = object{"pk": text(s.pk), "sk": number(keys[s.limit-1])}
	}
	for _, sk := range keys {
		found = append(found, m[s.pk][sk])
	}
	body["Items"], body["Count"], body["ScannedCount"] = found, len(keys), len(keys)
	return body
}
