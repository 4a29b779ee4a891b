package template_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"lyceum/local/template"
)

// FuzzLoad holds Load to its form: a stack, or lines that each begin with the file and a line, and soon.
func FuzzLoad(f *testing.F) {
	text, err := os.ReadFile(project)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Add(values + "!If [Dev, !Sub [\"${a}\", {a: b}], !Join [\",\", !Split [x, axb]]]}\n")
	f.Add(statement + "{Effect: Allow, Action: 's3:*', Resource: '*', Condition: {Bool: {a: true}}}\n")
	f.Add(on + "        E: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: '/{a+}'}}\n")
	f.Add(global + "      Replicas: [{Region: !Ref AWS::Region}]\n")
	f.Add("? [a]\n: !Ref b\n")
	f.Add("!Sub {a: &x *x}")
	form := regexp.MustCompile(`^[1-9][0-9]*: .`)
	f.Fuzz(func(t *testing.T, text string) {
		file := write(t, text)
		begin := time.Now()
		s, err := template.Load(file, options())
		if took := time.Since(begin); took > 30*time.Second { // a second or less; the race detector on a busy machine takes five
			t.Errorf("took %v", took)
		}
		if (s == nil) != (err != nil) {
			t.Errorf("got stack %v and error %v", s, err)
		}
		if err == nil {
			return
		}
		for line := range strings.SplitSeq(err.Error(), "\n") {
			if rest, ok := strings.CutPrefix(line, file+":"); !ok || !form.MatchString(rest) {
				t.Errorf("got %q", line)
			}
		}
	})
}

func TestLargest(t *testing.T) {
	t.Parallel()
	t.Run("many functions and a huge global environment are judged soon", func(t *testing.T) {
		t.Parallel()
		var b strings.Builder
		b.WriteString("Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function:\n    Environment:\n      Variables:\n")
		for i := range 50000 {
			fmt.Fprintf(&b, "        V%d: a\n", i)
		}
		b.WriteString("Resources:\n")
		for i := range 500 {
			fmt.Fprintf(&b, "  F%d: {Type: AWS::Serverless::Function, Properties: {CodeUri: a}}\n", i)
		}
		begin := time.Now()
		_, err := template.Load(write(t, b.String()), options())
		if err == nil || !strings.Contains(err.Error(), ":6: the environment takes 338890 bytes") {
			t.Errorf("got error %v", err)
		}
		if took := time.Since(begin); took > 30*time.Second { // a second or less; the race detector on a busy machine takes five
			t.Errorf("took %v", took)
		}
	})
}
