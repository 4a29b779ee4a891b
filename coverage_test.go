package lyceum_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestTheGuideIsCoveredByTestsThatExist reads docs/GUIDE-COVERAGE.md: the rows of the guide and its
// defects are complete and in order, and each names tests of this project, or says that it is open.
func TestTheGuideIsCoveredByTestsThatExist(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, f := range goFiles(t) {
		if f.isTest() {
			source, err := os.ReadFile(f.folder + "/" + f.name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range declared.FindAllStringSubmatch(string(source), -1) {
				tests[m[1]] = true
			}
		}
	}
	rows, defects, found := strings.Cut(read(t, "docs/GUIDE-COVERAGE.md"), "## Its defects")
	if !found {
		t.Fatal("the page has no part on defects")
	}
	for _, part := range []struct {
		what, text string
		rows       int
	}{{"row", rows, 128}, {"defect", defects, 82}} {
		n := 0
		for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \|.*\|$`).FindAllStringSubmatch(part.text, -1) {
			if n++; m[1] != strconv.Itoa(n) {
				t.Fatalf("%s %s follows %d", part.what, m[1], n-1)
			}
			names := regexp.MustCompile(`\bTest\w+`).FindAllString(m[0], -1)
			if len(names) == 0 && !strings.Contains(m[0], "*open*") {
				t.Errorf("%s %d names no test", part.what, n)
			}
			for _, name := range names {
				if !tests[name] {
					t.Errorf("%s %d: there is no %s", part.what, n, name)
				}
			}
		}
		if n != part.rows {
			t.Errorf("%d of %d %ss", n, part.rows, part.what)
		}
	}
}
