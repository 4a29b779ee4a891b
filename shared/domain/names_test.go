package domain_test

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"lyceum/shared/domain"
)

// TestNamesOfTheWorldAreAccepted reads testdata/names.txt, first and last names of 76 locales, and
// testdata/exemplars.txt, the letters that Unicode's CLDR says the languages of the world write
// with, as words. Their sources and licences are in testdata/LICENCES.txt.
func TestNamesOfTheWorldAreAccepted(t *testing.T) {
	t.Parallel()
	tried := 0
	for _, file := range []string{"names.txt", "exemplars.txt"} {
		text, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for name := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n") {
			tried++
			got, err := domain.ParseUsername(name)
			if want := norm.NFC.String(width.Fold.String(name)); err != nil || got.String() != want {
				t.Errorf("%s: %q (%+q) becomes %q, %v", file, name, name, got, err)
			}
		}
	}
	if tried < 2000 {
		t.Errorf("%d names were tried, want 2000 and more", tried)
	}
}
