package auth_test

import (
	"bufio"
	"compress/gzip"
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"lyceum/shared/auth"
	"lyceum/shared/domain/fault"
)

func TestD80CommonPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	for _, common := range []string{"12345678", "password1", "PassWord1", "ｐａｓｓｗｏｒｄ１", "qwertyuiop", "trustno1", "1q2w3e4r5t"} {
		err := auth.RefuseCommon("newPassword", password(t, common))
		if !errors.Is(err, auth.ErrCommonPassword) {
			t.Errorf("%s: %v, want ErrCommonPassword", common, err)
			continue
		}
		f := fault.As(err)
		if len(f.Details) != 1 || f.Details[0].Field != "newPassword" || strings.Contains(strings.ToLower(f.Error()+f.Details[0].Message), strings.ToLower(common)) {
			t.Errorf("%s: %+v, want the field and not the password", common, f)
		}
	}
	if len(auth.ErrCommonPassword.Details) != 0 {
		t.Error("the declared fault has details now")
	}
	for _, rare := range []string{"correct horse battery", "password1 ", "\x00\x00\x00\x00\x00\x00\x00\x00", "~~~~~~~~~~zz", strings.Repeat("z", 1024), "学生学生学生学生"} {
		if err := auth.RefuseCommon("password", password(t, rare)); err != nil {
			t.Errorf("%q: %v, want no error", rare, err)
		}
	}
}

// The search stops where the password would stand, so the order is a promise of the file.
func TestD80TheListIsSortedAndLong(t *testing.T) {
	t.Parallel()
	file, err := os.Open("common.txt.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	list, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	before, n, long := "", 0, 0
	lines := bufio.NewScanner(list)
	for ; lines.Scan(); n++ {
		line := lines.Text()
		if line <= before || norm.NFKC.String(strings.ToLower(line)) != line {
			t.Errorf("line %d, %q after %q: out of order or form", n+1, line, before)
		}
		if _, err := auth.ParsePassword(line); err == nil {
			long++
		}
		before = line
	}
	if lines.Err() != nil || n != 21_652 || long < 21_000 {
		t.Errorf("%d lines, %d of 8 characters and more, %v; want 21652 and 21000", n, long, lines.Err())
	}
	if err := auth.RefuseCommon("password", password(t, before)); !errors.Is(err, auth.ErrCommonPassword) {
		t.Errorf("the last line, %q: %v, want ErrCommonPassword", before, err)
	}
}

func BenchmarkRefuseCommon(b *testing.B) {
	p := entered(b, "zzzzzzzzzzzzzzzz")
	b.ReportAllocs()
	for b.Loop() {
		if err := auth.RefuseCommon("password", p); err != nil {
			b.Fatal(err)
		}
	}
}
