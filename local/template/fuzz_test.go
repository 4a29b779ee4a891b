package template_test

import (
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
		if took := time.Since(begin); took > 5*time.Second { // milliseconds
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
