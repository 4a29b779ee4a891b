package main

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// row is one row of a table: the texts of its columns by name. A column that is NULL is missing.
type row map[string]string

// maxStatement bounds one statement of a dump, in bytes. D1 takes no larger one
// (https://developers.cloudflare.com/d1/platform/limits/).
const maxStatement = 4 << 20

// readDump calls each for every row of a dump in SQL as `wrangler d1 export` writes it: CREATE
// TABLE and INSERT INTO … VALUES with literals. Other statements are passed over.
func readDump(dump io.Reader, each func(table string, r row) error) error {
	columns := map[string][]string{}
	lines := bufio.NewScanner(dump)
	lines.Buffer(nil, maxStatement)
	lines.Split(statements)
	for lines.Scan() {
		statement := strings.TrimSpace(lines.Text())
		if m := create.FindStringSubmatch(statement); m != nil {
			columns[m[1]] = columnsOf(m[2])
			continue
		}
		m := insert.FindStringSubmatch(statement)
		if m == nil {
			continue
		}
		names := columns[m[1]]
		if m[2] != "" {
			names = columnsOf(m[2])
		}
		if err := tuples(m[3], func(values []*string) error {
			if len(values) != len(names) {
				return fmt.Errorf("a row of table %s has %d values for %d columns", m[1], len(values), len(names))
			}
			r := row{}
			for i, v := range values {
				if v != nil {
					r[names[i]] = *v
				}
			}
			return each(m[1], r)
		}); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("the dump cannot be read: %w", err)
	}
	return nil
}

var (
	create = regexp.MustCompile(`(?is)^CREATE TABLE (?:IF NOT EXISTS )?["\x60]?(\w+)["\x60]?\s*\((.*)\)`)
	insert = regexp.MustCompile(`(?is)^INSERT INTO ["\x60]?(\w+)["\x60]?\s*(?:\(([^)]*)\)\s*)?VALUES\s*(.*)$`)
)

// columnsOf are the names in a list of columns, with or without their definitions.
func columnsOf(list string) (names []string) {
	depth, start := 0, 0
	add := func(part string) {
		word, _, _ := strings.Cut(strings.TrimSpace(part), " ")
		switch strings.ToUpper(word) {
		case "", "PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "CONSTRAINT":
		default:
			names = append(names, strings.Trim(word, "\"`"))
		}
	}
	for i, c := range list {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				add(list[start:i])
				start = i + 1
			}
		}
	}
	add(list[start:])
	return names
}

// statements splits a dump after each semicolon that is not within quotes.
func statements(data []byte, atEOF bool) (advance int, token []byte, err error) {
	var quote byte
	for i, c := range data {
		switch {
		case quote != 0:
			if c == quote { // a doubled quote closes and opens again
				quote = 0
			}
		case c == '\'' || c == '"' || c == '`':
			quote = c
		case c == ';':
			return i + 1, data[:i], nil
		}
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

var errLiteral = errors.New("the dump has a value that is not a literal")

// tuples reads "(1,'a',NULL),(2,'b',X'00')".
func tuples(text string, each func([]*string) error) error {
	for {
		text = strings.TrimLeft(text, ", \r\n\t")
		if text == "" {
			return nil
		}
		if text[0] != '(' {
			return errLiteral
		}
		var values []*string
		for text[0] != ')' {
			value, rest, err := literal(strings.TrimLeft(text[1:], " \r\n\t"))
			if err != nil {
				return err
			}
			values = append(values, value)
			if text = strings.TrimLeft(rest, " \r\n\t"); text == "" || text[0] != ',' && text[0] != ')' {
				return errLiteral
			}
		}
		if err := each(values); err != nil {
			return err
		}
		text = text[1:]
	}
}

// literal reads one value: a text in quotes, a blob, a number or NULL, for which value is nil.
func literal(text string) (value *string, rest string, err error) {
	blob := len(text) > 1 && (text[0] == 'X' || text[0] == 'x') && text[1] == '\''
	if blob {
		text = text[1:]
	}
	if text == "" || text[0] != '\'' {
		end := strings.IndexAny(text, ",) \r\n\t")
		if end <= 0 {
			return nil, "", errLiteral
		}
		word := text[:end]
		if strings.EqualFold(word, "NULL") {
			return nil, text[end:], nil
		}
		if strings.Trim(word, "0123456789+-.eE") != "" {
			return nil, "", errLiteral
		}
		return &word, text[end:], nil
	}
	var b strings.Builder
	for text = text[1:]; ; text = text[1:] {
		end := strings.IndexByte(text, '\'')
		if end < 0 {
			return nil, "", errLiteral
		}
		b.WriteString(text[:end])
		if text = text[end+1:]; text == "" || text[0] != '\'' {
			break
		}
		b.WriteByte('\'')
	}
	all := b.String()
	if blob {
		bytes, err := hex.DecodeString(all)
		if err != nil {
			return nil, "", errLiteral
		}
		all = string(bytes)
	}
	return &all, text, nil
}
