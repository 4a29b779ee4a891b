package template_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/local/template"
)

const project = "../../template.yaml"

func loadProject(t *testing.T, o template.Options) *template.Stack {
	t.Helper()
	s, err := template.Load(project, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func named(t *testing.T, s *template.Stack, logicalID string) template.Function {
	t.Helper()
	i := slices.IndexFunc(s.Functions, func(f template.Function) bool { return f.LogicalID == logicalID })
	if i < 0 {
		t.Fatalf("there is no function %s", logicalID)
	}
	return s.Functions[i]
}

func TestProject(t *testing.T) {
	t.Parallel()
	s := loadProject(t, options())

	t.Run("every function has its route, folder and settings", func(t *testing.T) {
		t.Parallel()
		want := []string{
			"RegisterFunction functions/auth/register/ 1769 10s POST /api/auth/register",
			"GetLessonFunction functions/progress/get-lesson/ 128 10s GET /api/lessons/{id}",
			"CreateUploadFunction functions/uploads/create-upload/ 256 20s POST /api/uploads",
			"NoRouteFunction functions/ops/no-route/ 128 10s ANY $default",
		}
		var got []string
		for _, f := range s.Functions {
			line := fmt.Sprint(f.LogicalID, " ", f.CodeURI, " ", f.MemoryMB, " ", f.Timeout)
			for _, r := range f.Routes {
				line += " " + r.Method + " " + r.Path
			}
			got = append(got, line)
			if f.Name != "stack-"+f.LogicalID {
				t.Errorf("got name %s of %s", f.Name, f.LogicalID)
			}
		}
		for _, line := range want {
			if !slices.Contains(got, line) {
				t.Errorf("got\n%s\nwithout %s", strings.Join(got, "\n"), line)
			}
		}
	})

	t.Run("the environment joins the global variables and the function's own", func(t *testing.T) {
		t.Parallel()
		want := map[string]string{
			"APP_VERSION":     "dev",
			"CONTENT_BUCKET":  "lyceum-dev-content-123456789012-eu-west-1",
			"CURSOR_KEY":      "<lyceum-dev/keys cursor>",
			"EPHEMERAL_TABLE": "lyceum-dev-ephemeral",
			"IDENTITY_TABLE":  "lyceum-dev-identity",
			"LEARNING_TABLE":  "lyceum-dev-learning",
			"LOG_LEVEL":       "info",
			"REGIONS":         "eu-west-1",
			"TOKEN_AUDIENCE":  "lyceum-dev-api",
			"TOKEN_ISSUER":    "lyceum-dev",
			"UPLOADS_BUCKET":  "lyceum-dev-uploads-123456789012-eu-west-1",
			"VERIFYING_KEYS":  "<lyceum-dev/keys verifying>",
		}
		got := named(t, s, "ListLessonsFunction").Environment
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if got[name] != want[name] {
				t.Errorf("got %s %q, want %q", name, got[name], want[name])
			}
		}
		if got, ok := named(t, s, "GetMeFunction").Environment["CURSOR_KEY"]; ok {
			t.Errorf("GetMeFunction has the CURSOR_KEY %q of another function", got)
		}
	})

	t.Run("statements name real ARNs and their lines", func(t *testing.T) {
		t.Parallel()
		const tables = "arn:aws:dynamodb:eu-west-1:123456789012:table/lyceum-dev-"
		content := "arn:aws:s3:::lyceum-dev-content-123456789012-" // of every region
		for function, want := range map[string]template.Statement{
			"GetLessonFunction":   {Effect: "Allow", Actions: []string{"s3:GetObject"}, Resources: []string{content + "*/lessons/*"}},
			"ListLessonsFunction": {Effect: "Allow", Actions: []string{"dynamodb:Query"}, Resources: []string{tables + "learning/index/catalogue"}},
		} {
			if !slices.ContainsFunc(named(t, s, function).Statements, func(got template.Statement) bool {
				got.Line = 0
				return reflect.DeepEqual(got, want)
			}) {
				t.Errorf("%s has %+v, without %+v", function, named(t, s, function).Statements, want)
			}
		}
		wantStatements(t, named(t, s, "HealthFunction").Statements, "Allow [dynamodb:UpdateItem] ["+tables+"limits]")
		text, err := os.ReadFile(project)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		for _, f := range s.Functions {
			if got := lines[f.Line-1]; got != "  "+f.LogicalID+":" {
				t.Errorf("%s is said to stand on line %d: %s", f.LogicalID, f.Line, got)
			}
			for _, statement := range f.Statements {
				if got := lines[statement.Line-1]; !strings.Contains(got, "- Effect: Allow") && !strings.Contains(got, "- {Effect: Allow, ") {
					t.Errorf("a statement of %s is said to stand on line %d: %s", f.LogicalID, statement.Line, got)
				}
			}
		}
	})

	t.Run("tables have their keys, indexes and expiry", func(t *testing.T) {
		t.Parallel()
		pk, sk := template.Attribute{Name: "pk", Type: "S"}, template.Attribute{Name: "sk", Type: "S"}
		want := []template.Table{
			{LogicalID: "LearningTable", Name: "lyceum-dev-learning", HashKey: "pk", RangeKey: "sk",
				Attributes:   []template.Attribute{pk, sk, {Name: "cataloguePk", Type: "S"}, {Name: "catalogueSk", Type: "S"}},
				Indexes:      []template.Index{{Name: "catalogue", HashKey: "cataloguePk", RangeKey: "catalogueSk", Projection: "ALL"}},
				TTLAttribute: "expiresAt", StreamView: "NEW_AND_OLD_IMAGES", Replicas: []string{"eu-west-1"}},
			{LogicalID: "EphemeralTable", Name: "lyceum-dev-ephemeral", Attributes: []template.Attribute{pk, sk}, HashKey: "pk", RangeKey: "sk",
				TTLAttribute: "expiresAt", StreamView: "NEW_AND_OLD_IMAGES", Replicas: []string{"eu-west-1"}},
			{LogicalID: "LimitsTable", Name: "lyceum-dev-limits", Attributes: []template.Attribute{pk}, HashKey: "pk", TTLAttribute: "expiresAt"},
		}
		got := slices.Clone(s.Tables)
		for i := range got {
			got[i].Line = 0
		}
		if got = got[1:]; !reflect.DeepEqual(got, want) { // after the identity table
			t.Errorf("got %+v, want %+v", got, want)
		}
	})

	t.Run("buckets, CORS, outputs and what exists in AWS only", func(t *testing.T) {
		t.Parallel()
		for i, want := range []string{"content", "uploads"} {
			if got := s.Buckets[i]; got.Name != "lyceum-dev-"+want+"-123456789012-eu-west-1" || !got.Versioned {
				t.Errorf("got bucket %+v", got)
			}
		}
		want := &template.CORS{
			AllowOrigins: []string{"http://localhost:5173", "http://localhost:8080"},
			AllowMethods: []string{"GET", "POST", "PUT", "PATCH", "DELETE"},
			AllowHeaders: []string{"authorization", "content-type", "idempotency-key", "if-match", "if-none-match"},
			ExposeHeaders: []string{
				"etag", "idempotency-replayed", "location", "ratelimit", "ratelimit-policy", "retry-after", "www-authenticate",
				"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-request-id",
			},
			MaxAge: 600,
		}
		if s.API.LogicalID != "Api" || !reflect.DeepEqual(s.API.CORS, want) {
			t.Errorf("got %+v with CORS %+v, want %+v", s.API, s.API.CORS, want)
		}
		if got, want := s.Outputs["LearningTableName"], "lyceum-dev-learning"; got != want {
			t.Errorf("got LearningTableName %s, want %s", got, want)
		}
		if got := s.Outputs["ApiUrl"]; !strings.HasSuffix(got, ".execute-api.eu-west-1.amazonaws.com") || strings.Contains(got, "${") {
			t.Errorf("got ApiUrl %s", got)
		}
		var ignored []string
		for _, i := range s.Ignored {
			ignored = append(ignored, i.LogicalID)
			if i.Reason == "" {
				t.Errorf("%s is ignored without a reason", i.LogicalID)
			}
		}
		for _, want := range []string{"ContentBucketPolicy", "UploadsBucketPolicy", "Logs", "Dashboard"} {
			if !slices.Contains(ignored, want) {
				t.Errorf("got ignored %v, want %s among them", ignored, want)
			}
		}
	})

	t.Run("parameters change names, lists and conditions", func(t *testing.T) {
		t.Parallel()
		o := options()
		o.Region = "us-east-1"
		o.Parameters = map[string]string{
			"Environment": "prod", "Regions": "us-east-1,eu-west-1", "IdentityConsistency": "home", "DeletionProtection": "true", "AllowedOrigins": "https://a.example",
			"DomainName": "api.example.org", "HostedZoneId": "Z1", "AlarmEmail": "ops@example.org", "LinkBaseUrl": "https://a.example",
			"CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/a", "MailFrom": "no-reply@a.example",
		}
		s := loadProject(t, o)
		env := named(t, s, "RegisterFunction").Environment
		for name, want := range map[string]string{
			"REGIONS": "us-east-1,eu-west-1", "SIGNING_KEYS": "<lyceum-prod/keys signing>", "VERIFYING_KEYS": "<lyceum-prod/keys verifying>", "TOKEN_ISSUER": "lyceum-prod", "LEARNING_TABLE": "lyceum-prod-learning",
		} {
			if env[name] != want {
				t.Errorf("got %s %q, want %q", name, env[name], want)
			}
		}
		for _, table := range s.Tables {
			if !table.DeletionProtection {
				t.Errorf("%s can be deleted", table.Name)
			}
		}
		if got, want := s.API.CORS.AllowOrigins, []string{"https://a.example"}; !slices.Equal(got, want) {
			t.Errorf("got origins %v, want %v", got, want)
		}
	})

	t.Run("in a region that is not the primary the global tables are another stack's, and the pipes read their replicas' streams", func(t *testing.T) {
		t.Parallel()
		o := options()
		stream := "arn:aws:dynamodb:eu-west-1:123456789012:table/lyceum-dev-"
		o.Parameters = map[string]string{"Regions": "us-east-1,eu-west-1", "IdentityConsistency": "home", "LearningStreamArn": stream + "learning/stream/1", "IdentityStreamArn": stream + "identity/stream/1"}
		s := loadProject(t, o)
		if len(s.Tables) != 1 || s.Tables[0].LogicalID != "LimitsTable" {
			t.Errorf("got tables %+v, want the limits alone", s.Tables)
		}
		if len(s.Pipes) != 2 || s.Pipes[0].Table != "lyceum-dev-learning" || s.Pipes[1].Table != "lyceum-dev-identity" {
			t.Errorf("got pipes %+v", s.Pipes)
		}
	})

	t.Run("the identity table is as consistent as the parameter says", func(t *testing.T) {
		t.Parallel()
		for _, tt := range []struct {
			consistency, regions, decides, home string
			strong                              bool
		}{
			{"single", "", "", "", false},
			{"home", "eu-west-1,us-east-1,ap-northeast-1", "", "eu-west-1", false},
			{"home", "eu-west-1,us-east-1,ap-northeast-1", "us-east-1", "us-east-1", false}, // the tables stay the first region's
			{"strong", "eu-west-1,eu-west-2,eu-central-1", "", "", true},
		} {
			o := options()
			o.Parameters = map[string]string{"Regions": tt.regions, "IdentityConsistency": tt.consistency, "IdentityHome": tt.decides}
			s := loadProject(t, o)
			replicas := strings.Split(cmp.Or(tt.regions, "eu-west-1"), ",")
			if got := s.Tables[0]; got.Strong != tt.strong || !slices.Equal(got.Replicas, replicas) || s.Tables[1].Strong || !slices.Equal(s.Tables[1].Replicas, replicas) {
				t.Errorf("%s: got %+v and %+v", tt.consistency, got, s.Tables[1])
			}
			if got := named(t, s, "LoginFunction").Environment["IDENTITY_HOME"]; got != tt.home {
				t.Errorf("%s: IDENTITY_HOME = %q, want %q", tt.consistency, got, tt.home)
			}
		}
	})
}

func wantStatements(t *testing.T, statements []template.Statement, want ...string) {
	t.Helper()
	var got []string
	for _, s := range statements {
		line := fmt.Sprint(s.Effect, " ", s.Actions, " ", s.Resources)
		if len(s.Conditions) > 0 {
			line += fmt.Sprint(" ", s.Conditions)
		}
		got = append(got, line)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tests := []struct {
		name, content, want string
	}{
		{"an empty file is named", "", "1: the file is empty"},
		{"a file of comments is named", "# nothing\n", "1: not YAML: no documents in stream"},
		{"text is no template", "hello world", "1: not a template: a mapping with Resources is expected"},
		{"a list is no template", "- a", "1: not a template"},
		{"broken YAML has its line", "a: [1\nb: 2", "2: not YAML: did not find expected"},
		{"bytes are not YAML", "\x00\x01\xff", "1: not YAML: control characters are not allowed"},
		{"five megabytes are not read", strings.Repeat("junk\n", 1<<20), "1: the file is larger than 1048576 bytes"},
		{"brackets without end are cut short", strings.Repeat("[", 1<<19), "1: not YAML: exceeded max depth"},
		{"a second document is refused", "a: 1\n---\nb: 2\n", "1: not YAML: expected single document"},
		{"a mapping without a transform is no SAM template", "Resources: {}\n", "1: a SAM template is expected"},
		{"a template without resources is refused", "\n\nTransform: AWS::Serverless-2016-10-31\n", "3: the template has no Resources"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := write(t, tt.content)
			begin := time.Now()
			_, err := template.Load(file, options())
			if err == nil || !strings.HasPrefix(err.Error(), file+":"+tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got error %v, want one line %s", err, tt.want)
			}
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}

	t.Run("a file that is not there is named once", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(dir, "none.yaml")
		_, err := template.Load(file, options())
		if err == nil || !strings.HasPrefix(err.Error(), file+":1: cannot be opened: ") || strings.Count(err.Error(), file) != 1 {
			t.Errorf("got error %v", err)
		}
	})

	t.Run("a folder is no file", func(t *testing.T) {
		t.Parallel()
		_, err := template.Load(dir, options())
		if err == nil || !strings.HasPrefix(err.Error(), dir+":1: cannot be ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("got error %v", err)
		}
	})

	t.Run("several problems come in the order of their lines", func(t *testing.T) {
		t.Parallel()
		file := write(t, "Transform: AWS::Serverless-2016-10-31\nOutputs:\n  A: {Value: !Ref Nobody}\nResources:\n  Q: {Type: AWS::Kinesis::Stream}\n"+
			"  B: {Type: AWS::S3::Bucket, Properties: {WebsiteConfiguration: {IndexDocument: a}}}\n")
		_, err := template.Load(file, options())
		if err == nil {
			t.Fatal("got no error")
		}
		want := []string{
			file + ":3: Ref: the template has no parameter or resource Nobody",
			file + ":5: resources of the type AWS::Kinesis::Stream are not supported by the local cloud",
			file + ":6: WebsiteConfiguration of AWS::S3::Bucket is not supported by the local cloud",
		}
		if got := strings.Split(err.Error(), "\n"); !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})

	t.Run("a flood of problems is cut short", func(t *testing.T) {
		t.Parallel()
		_, err := template.Load(write(t, "Transform: AWS::Serverless-2016-10-31\nResources:\n"+
			strings.Repeat(" ", 2)+"B:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags:\n"+strings.Repeat("      - !Nope a\n", 1000)), options())
		if err == nil {
			t.Fatal("got no error")
		}
		if lines := strings.Split(err.Error(), "\n"); len(lines) != 51 || !strings.Contains(lines[50], "950 more problems") {
			t.Errorf("got %d lines, the last %s", len(lines), lines[len(lines)-1])
		}
	})
}
