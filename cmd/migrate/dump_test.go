package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestDumpsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	dump := `PRAGMA defer_foreign_keys=TRUE;
CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT DEFAULT (upper('a,b')), score REAL, PRIMARY KEY (id, name));
INSERT INTO "users" VALUES('1','it''s; "quoted"
on two lines',-1.5e3);
INSERT INTO users (name, id) VALUES (NULL, X'6162'), ('', '3');
CREATE INDEX i ON users(name)`
	var got []row
	if err := readDump(strings.NewReader(dump), func(table string, r row) error {
		r["table"] = table
		got = append(got, r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []row{
		{"table": "users", "id": "1", "name": "it's; \"quoted\"\non two lines", "score": "-1.5e3"},
		{"table": "users", "id": "ab"},
		{"table": "users", "id": "3", "name": ""},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestDumpsThatSayMoreThanLiteralsAreRefused(t *testing.T) {
	t.Parallel()
	for _, values := range []string{"(1", "('a", "(random())", "(1,2)", "(X'0')", "1", "(1)(", "()"} {
		err := readDump(strings.NewReader("CREATE TABLE t (a INTEGER);INSERT INTO t VALUES"+values), func(string, row) error { return nil })
		if err == nil {
			t.Errorf("%s is taken", values)
		}
	}
}

func FuzzReadDump(f *testing.F) {
	f.Add("CREATE TABLE t (a);INSERT INTO t VALUES(1),('b'),(NULL);")
	f.Fuzz(func(t *testing.T, dump string) {
		_ = readDump(strings.NewReader(dump), func(table string, r row) error { return nil }) // must not panic
	})
}
