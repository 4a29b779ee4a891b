package lyceum_test

import (
	"cmp"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lyceum/local/template"
)

// file is one Go source file: its folder, its name and what it imports.
type file struct {
	folder, name string
	imports      []string
	doc          string
}

func (f file) isTest() bool { return strings.HasSuffix(f.name, "_test.go") }

func goFiles(t *testing.T) (files []file) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		base := filepath.Base(name)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (base == "testdata" || base == "build" || strings.HasPrefix(base, ".") && base != "."):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		f := file{folder: filepath.ToSlash(filepath.Dir(name)), name: base, doc: parsed.Doc.Text()}
		for _, i := range parsed.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imported)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// below tells whether a folder or an import path is dir or lies in it.
func below(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }

func TestImportsPointInward(t *testing.T) {
	t.Parallel()
	const sdk = "github.com/aws/aws-sdk-go-v2"
	for _, f := range goFiles(t) {
		for _, imported := range f.imports {
			refuse := func(rule string) { t.Errorf("%s/%s imports %s: %s", f.folder, f.name, imported, rule) }
			shared, function := below(f.folder, "shared"), below(f.folder, "functions")
			switch {
			case f.isTest():
			case below(f.folder, "shared/domain") && strings.Contains(imported, ".") &&
				!below(imported, "golang.org/x/text") && imported != "golang.org/x/net/idna":
				refuse("the domain imports the standard library and Unicode tables alone")
			case below(f.folder, "shared/domain") && below(imported, "lyceum") && !below(imported, "lyceum/shared/domain"):
				refuse("the domain knows nothing around it")
			case shared && below(imported, "lyceum/functions"), (shared || function) && below(imported, "lyceum/local"):
				refuse("imports point inward")
			case function && below(imported, "lyceum/functions"):
				refuse("a function imports no other")
			case (shared || function) && f.folder != "shared/platform" && (imported == "os" || imported == "syscall"):
				refuse("shared/platform is the only reader of the environment")
			case (shared || function) && below(imported, sdk+"/service/dynamodb") && f.folder != "shared/dynamo" && f.folder != "shared/platform":
				refuse("shared/dynamo is the only package that speaks to DynamoDB")
			case (shared || function) && below(imported, sdk+"/service/s3") && f.folder != "shared/objects" && f.folder != "shared/platform":
				refuse("shared/objects is the only package that speaks to S3")
			case (shared || function) && below(imported, sdk+"/service/sesv2") && f.folder != "shared/mail" && f.folder != "shared/platform":
				refuse("shared/mail is the only package that speaks to SES")
			}
		}
	}
}

func load(t *testing.T) *template.Stack {
	t.Helper()
	stack, err := template.Load("template.yaml", template.Options{
		Region: "eu-west-1", AccountID: "000000000000", StackName: "lyceum-dev",
		Secret: func(string, string) (string, error) { return "secret", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

// words of a folder's name: complete-lesson is CompleteLesson and complete_lesson.
func pascal(folder string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(path.Base(folder), "-") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// may reports whether the function is allowed the action on a resource whose ARN ends so.
func may(f template.Function, action, resource string) bool {
	for _, s := range f.Statements {
		if s.Effect == "Allow" && slices.Contains(s.Actions, action) &&
			slices.ContainsFunc(s.Resources, func(arn string) bool { return strings.HasSuffix(arn, resource) }) {
			return true
		}
	}
	return false
}

func TestEachFolderOfFunctionsIsOneBlockOfTheTemplate(t *testing.T) {
	t.Parallel()
	mains := map[string]file{}
	for _, f := range goFiles(t) {
		if below(f.folder, "functions") && f.name == "main.go" {
			mains[f.folder] = f
		}
	}
	for _, f := range load(t).Functions {
		folder := path.Clean(f.CodeURI)
		main, ok := mains[folder]
		delete(mains, folder)
		if !ok {
			t.Errorf("template.yaml:%d: CodeUri %s, but there is no %s/main.go", f.Line, f.CodeURI, folder)
			continue
		}
		if want := pascal(folder) + "Function"; f.LogicalID != want {
			t.Errorf("template.yaml:%d: %s, want %s for %s", f.Line, f.LogicalID, want, folder)
		}
		if len(f.Routes) > 0 && !may(f, "dynamodb:UpdateItem", "table/lyceum-dev-limits") {
			t.Errorf("template.yaml:%d: %s is behind a route and cannot count against limits: give it the policy !Ref RoutePolicy", f.Line, f.LogicalID)
		}
		for _, r := range f.Routes {
			route := r.Method + " " + r.Path
			if r.Path == "$default" {
				route = r.Path
			}
			if !strings.Contains(main.doc, `"`+route+`"`) {
				t.Errorf("%s/main.go: the package comment does not quote its route %q", folder, route)
			}
		}
		for _, r := range f.Rules {
			types := r.Pattern.Texts("detail-type")
			if len(types) == 0 || len(r.Pattern.Texts("source")) == 0 {
				t.Errorf("template.yaml:%d: the pattern of %s names no source and detail-type", r.Line, r.Name)
			}
			for _, kind := range types {
				if !strings.Contains(main.doc, `the event "`+kind+`"`) {
					t.Errorf("%s/main.go: the package comment does not say: the event %q", folder, kind)
				}
			}
			if !r.DeadLetters || f.Async.OnFailure == "" {
				t.Errorf("template.yaml:%d: %s can lose events: give the rule a DeadLetterConfig and the function an EventInvokeConfig with OnFailure", r.Line, r.Name)
			}
		}
		snake := strings.ReplaceAll(path.Base(folder), "-", "_")
		code, err := os.ReadFile(folder + "/" + snake + ".go")
		if err != nil || !strings.Contains(string(code), "type "+pascal(folder)+" struct") {
			t.Errorf("%s/%s.go does not declare type %s", folder, snake, pascal(folder))
		}
		if _, err := os.Stat(folder + "/" + snake + "_test.go"); err != nil {
			t.Errorf("%s has no %s_test.go", folder, snake)
		}
	}
	for folder := range mains {
		t.Errorf("%s has no block in template.yaml with CodeUri: %s/", folder, folder)
	}
}

func TestEveryRouteThatNeedsATokenIsTriedWithForgedOnes(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	guarded := 0
	for _, f := range goFiles(t) {
		text, err := os.ReadFile(path.Join(f.folder, f.name))
		if err != nil {
			t.Fatal(err)
		}
		tried[f.folder] = tried[f.folder] || f.isTest() && strings.Contains(string(text), ".RefusesStrangers(")
	}
	for folder, ok := range tried {
		main, _ := os.ReadFile(folder + "/main.go")
		if !below(folder, "functions") || !strings.Contains(string(main), "httpapi.Authenticate(") {
			continue
		}
		if guarded++; !ok {
			t.Errorf("no test in %s calls RefusesStrangers", folder)
		}
	}
	if guarded < 40 {
		t.Errorf("%d folders call httpapi.Authenticate: this test looks at the wrong thing", guarded)
	}
}

// cells are the first cells, without back-quotes, of a document's table rows that match.
func cells(t *testing.T, document, pattern string) (found []string) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `?("+pattern+")`? \\|").FindAllStringSubmatch(string(text), -1) {
		found = append(found, m[1])
	}
	slices.Sort(found)
	return found
}

func TestDocsListWhatThereIs(t *testing.T) {
	t.Parallel()
	stack := load(t)
	var routes, functions, packages []string
	for _, f := range stack.Functions {
		functions = append(functions, strings.TrimPrefix(path.Clean(f.CodeURI), "functions/"))
		for _, r := range f.Routes {
			if r.Path != "$default" {
				routes = append(routes, r.Method+" "+r.Path)
			}
		}
	}
	for _, f := range goFiles(t) {
		if strings.Count(f.folder, "/") == 1 && below(f.folder, "local") && !f.isTest() && !slices.Contains(packages, f.folder) {
			packages = append(packages, f.folder)
		}
	}
	for _, list := range []struct {
		what, document, pattern string
		want                    []string
	}{
		{"routes", "README.md", `[A-Z]+ /[^` + "`" + `]*`, routes},
		{"use cases", "docs/ARCHITECTURE.md", `(?:auth|users|progress|uploads|ops)/[a-z-]+`, functions},
		{"parts", "docs/ARCHITECTURE.md", `local/[a-z0-9]+`, packages},
	} {
		slices.Sort(list.want)
		if got := cells(t, list.document, list.pattern); !slices.Equal(got, list.want) {
			t.Errorf("%s in %s:\n got %q\nwant %q", list.what, list.document, got, list.want)
		}
	}
}

// TestEveryEnvironmentOfTheTemplateCanBeDeployed goes through the sections of samconfig.toml as scripts/deploy.sh does.
func TestEveryEnvironmentOfTheTemplateCanBeDeployed(t *testing.T) {
	t.Parallel()
	config, err := os.ReadFile("samconfig.toml")
	if err != nil {
		t.Fatal(err)
	}
	section := regexp.MustCompile(`(?s)\[((dev|staging|prod)(-[a-z0-9-]+)?)\.global\.parameters\]\n(.*?)\n\[(\S+)\.deploy\.parameters\]\n(.*?)(?:\n\n|$)`)
	regions, lists := map[string][]string{}, map[string]string{}
	for _, m := range section.FindAllStringSubmatch(string(config), -1) {
		name, env, region, global, deploy := m[1], m[2], strings.TrimPrefix(m[3], "-"), m[4], m[6]
		if m[5] != name {
			t.Errorf("D70, D71: [%s.deploy.parameters] follows [%s.global.parameters]", m[5], name)
		}
		region = cmp.Or(region, "eu-west-1")
		for _, line := range []string{`stack_name = "lyceum-` + env + `"`, `region = "` + region + `"`} {
			if !strings.Contains(global, line) {
				t.Errorf("D70, D71: section %s has no line %s", name, line)
			}
		}
		parameters := map[string]string{}
		for pair := range strings.FieldsSeq(regexp.MustCompile(`parameter_overrides = "(.*)"`).FindStringSubmatch(deploy)[1]) {
			key, value, _ := strings.Cut(pair, "=")
			parameters[key] = value
		}
		if !strings.Contains(deploy, `template_file = ".aws-sam/build/template.yaml"`) || parameters["Architecture"] != "arm64" {
			t.Errorf("section %s does not deploy what sam build made, for arm64", name)
		}
		if parameters["Environment"] != env {
			t.Errorf("D70, D71: section %s deploys Environment=%s", name, parameters["Environment"])
		}
		regions[env] = append(regions[env], region)
		lists[env] = cmp.Or(parameters["Regions"], region)
		if env == "prod" { // an operator's own, which the template's rules ask for
			for name, value := range map[string]string{
				"AllowedOrigins": "https://learn.example", "LinkBaseUrl": "https://learn.example",
				"MailFrom": "no-reply@learn.example", "ApiBaseUrl": "https://api.learn.example",
			} {
				parameters[name] = cmp.Or(parameters[name], value)
			}
		}
		for _, table := range []string{"Learning", "Identity"} { // deploy.sh looks them up
			parameters[table+"StreamArn"] = "arn:aws:dynamodb:" + region + ":000000000000:table/lyceum-" + env + "-" + strings.ToLower(table) + "/stream/1"
		}
		stack, err := template.Load("template.yaml", template.Options{
			Parameters: parameters, Region: region, AccountID: "000000000000", StackName: "lyceum-" + env,
			Secret: func(string, string) (string, error) { return "secret", nil },
		})
		if err != nil {
			t.Errorf("D70, D71: %s: %v", name, err)
			continue
		}
		if want := map[bool]int{true: 4, false: 1}[region == regions[env][0]]; len(stack.Tables) != want {
			t.Errorf("%s makes %d tables, want %d: the primary makes the global ones, each region its limits", name, len(stack.Tables), want)
		}
	}
	for _, env := range []string{"dev", "staging", "prod"} {
		if got, want := strings.Join(regions[env], ","), lists[env]; got != want || got == "" {
			t.Errorf("D70, D71: %s has sections for %q, its Regions are %q", env, got, want)
		}
	}
}

func TestEveryParameterIsExplainedToTheOperator(t *testing.T) {
	t.Parallel()
	_, parameters, _ := strings.Cut(read(t, "template.yaml"), "\nParameters:\n")
	parameters, _, _ = strings.Cut(parameters, "\nRules:")
	names := regexp.MustCompile(`(?m)^  ([A-Z]\w+):$`).FindAllStringSubmatch(parameters, -1)
	for _, name := range names {
		if name[1] != "Environment" && !strings.Contains(read(t, "docs/OPERATIONS.md"), "`"+name[1]+"`") {
			t.Errorf("docs/OPERATIONS.md, Deploy, does not say what happens without the parameter %s", name[1])
		}
	}
	if len(names) < 20 {
		t.Errorf("template.yaml has only %d parameters: this test looks at the wrong thing", len(names))
	}
}
