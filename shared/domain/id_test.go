package domain_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

const goodID = "0195f0c1-9f00-7abc-8def-0123456789ab"

func TestNewID(t *testing.T) {
	t.Parallel()
	t.Run("an id carries its millisecond, version 7 and the variant of RFC 9562", func(t *testing.T) {
		t.Parallel()
		id, err := domain.NewID[domain.User](time.UnixMilli(0x0195f0c19f00), exhausted(10))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := id.String(), "0195f0c1-9f00-7000-8000-000000000000"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("ids sort as text by the time they were made", func(t *testing.T) {
		t.Parallel()
		random := seeded(1)
		var ids []string
		for _, after := range []time.Duration{0, 1, 255, 256, 65_536, 1 << 31, 1 << 36} {
			ids = append(ids, newID[domain.User](t, noon.Add(after*time.Millisecond), random).String())
		}
		if !slices.IsSorted(ids) {
			t.Errorf("not in order: %v", ids)
		}
	})
	t.Run("ids of one millisecond differ", func(t *testing.T) {
		t.Parallel()
		random, seen := seeded(2), map[domain.UserID]bool{}
		for range 1000 {
			seen[newID[domain.User](t, noon, random)] = true
		}
		if len(seen) != 1000 {
			t.Errorf("got %d different ids, want 1000", len(seen))
		}
	})
	t.Run("without enough randomness there is no id", func(t *testing.T) {
		t.Parallel()
		id, err := domain.NewID[domain.User](noon, exhausted(9))
		if err == nil || !id.IsZero() {
			t.Errorf("got %q, %v; want no id and an error", id, err)
		}
	})
}

// D62: any text was an id.
func TestD62IDsAreParsedStrictly(t *testing.T) {
	t.Parallel()
	if id, err := domain.ParseID[domain.User](goodID); err != nil || id.String() != goodID {
		t.Fatalf("ParseID(%q) = %q, %v; want it back", goodID, id, err)
	}
	bad := map[string]string{
		"empty":                      "",
		"the word undefined":         "undefined",
		"the word null":              "null",
		"the word me":                "me",
		"a number":                   "1",
		"upper case":                 strings.ToUpper(goodID),
		"one upper-case digit":       "0195f0c1-9f00-7Abc-8def-0123456789ab",
		"version 4":                  "0195f0c1-9f00-4abc-8def-0123456789ab",
		"version 1":                  "0195f0c1-9f00-1abc-8def-0123456789ab",
		"the variant of NCS":         "0195f0c1-9f00-7abc-0def-0123456789ab",
		"the variant of Microsoft":   "0195f0c1-9f00-7abc-cdef-0123456789ab",
		"the nil UUID":               "00000000-0000-0000-0000-000000000000",
		"the max UUID":               "ffffffff-ffff-ffff-ffff-ffffffffffff",
		"no hyphens":                 strings.ReplaceAll(goodID, "-", ""),
		"hyphens elsewhere":          "0195f0c19-f00-7abc-8def-0123456789ab",
		"other separators":           strings.ReplaceAll(goodID, "-", "_"),
		"braces":                     "{" + goodID + "}",
		"a URN":                      "urn:uuid:" + goodID,
		"one character less":         goodID[:35],
		"one character more":         goodID + "0",
		"a space before":             " " + goodID[:35],
		"a line break after":         goodID[:35] + "\n",
		"a letter beyond f":          "g" + goodID[1:],
		"NUL":                        "\x00" + goodID[1:],
		"36 bytes of wide digits":    strings.Repeat("٠", 18),
		"a path":                     "../" + goodID[3:],
		"full-width digits":          "０" + goodID[3:],
		"a key of another record":    "USER#" + goodID[5:],
		"a wildcard":                 "%" + goodID[1:],
		"hyphen in the place of one": "-" + goodID[1:],
	}
	for name, text := range bad {
		t.Run(name+" is not found", func(t *testing.T) {
			t.Parallel()
			id, err := domain.ParseID[domain.User](text)
			if !errors.Is(err, domain.ErrNoSuchID) || !id.IsZero() {
				t.Errorf("ParseID(%q) = %q, %v; want ErrNoSuchID", text, id, err)
			}
			if got := fault.As(err).Kind; got != fault.NotFound {
				t.Errorf("kind = %v, want NotFound", got)
			}
		})
	}
}

func TestIDBytes(t *testing.T) {
	t.Parallel()
	t.Run("an id is 16 bytes", func(t *testing.T) {
		t.Parallel()
		got := domain.RestoreID[domain.User](goodID).Bytes()
		want := []byte{0x01, 0x95, 0xf0, 0xc1, 0x9f, 0x00, 0x7a, 0xbc, 0x8d, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab}
		if !slices.Equal(got, want) {
			t.Errorf("got %x, want %x", got, want)
		}
	})
	t.Run("the zero id is no bytes", func(t *testing.T) {
		t.Parallel()
		if got := (domain.UserID{}).Bytes(); len(got) != 0 {
			t.Errorf("got %x, want none", got)
		}
	})
}

func TestIDInJSON(t *testing.T) {
	t.Parallel()
	type body struct {
		ID domain.LessonID `json:"id"`
	}
	t.Run("an id is a string and comes back", func(t *testing.T) {
		t.Parallel()
		out, err := json.Marshal(body{domain.RestoreID[domain.Lesson](goodID)})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(out), `{"id":"`+goodID+`"}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		var back body
		if err := json.Unmarshal(out, &back); err != nil || back.ID.String() != goodID {
			t.Errorf("got %q, %v; want %s", back.ID, err, goodID)
		}
	})
	t.Run("text that is no id is refused and changes nothing", func(t *testing.T) {
		t.Parallel()
		back := body{domain.RestoreID[domain.Lesson](goodID)}
		if err := json.Unmarshal([]byte(`{"id":"undefined"}`), &back); !errors.Is(err, domain.ErrNoSuchID) || back.ID.String() != goodID {
			t.Errorf("got %q, %v; want the old id and ErrNoSuchID", back.ID, err)
		}
	})
}

func FuzzParseID(f *testing.F) {
	f.Add(goodID)
	f.Add(strings.ToUpper(goodID))
	f.Add("undefined")
	f.Add(strings.Repeat("-", 36))
	f.Fuzz(func(t *testing.T, text string) {
		id, err := domain.ParseID[domain.User](text)
		if err != nil {
			return
		}
		if id.String() != text || len(id.Bytes()) != 16 || id.Bytes()[6]>>4 != 7 {
			t.Errorf("ParseID(%q) = %q with bytes %x", text, id, id.Bytes())
		}
	})
}
