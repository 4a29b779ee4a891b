package stack_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lyceum/local/iam"
	"lyceum/local/stack"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	t.Run("a policy that cannot be judged is refused with file and line", func(t *testing.T) {
		t.Parallel()
		file := write(t, filepath.Join(t.TempDir(), "template.yaml"), `AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  OneFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: build/one/
      Runtime: provided.al2023
      Handler: bootstrap
      Policies:
        - Statement:
            - Effect: Allow
              Action: not-an-action
              Resource: "*"
`)
		_, err := stack.Load(stack.Options{Template: file, Region: "us-east-1"})
		if err == nil || !strings.HasPrefix(err.Error(), file+":") || !strings.Contains(err.Error(), "not-an-action") {
			t.Errorf("got %v, want the file, the line and the action", err)
		}
	})
	t.Run("a template that is not there is refused by name", func(t *testing.T) {
		t.Parallel()
		if _, err := stack.Load(stack.Options{Template: "none.yaml", Region: "us-east-1"}); err == nil || !strings.Contains(err.Error(), "none.yaml") {
			t.Errorf("got %v, want an error that names none.yaml", err)
		}
	})
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	s := load(t, "")
	t.Run("each function has credentials of its own, which open nothing else", func(t *testing.T) {
		t.Parallel()
		seen := map[string]string{stack.Developer: "the developer"}
		for _, f := range s.Functions {
			env := s.Environment(f, "http://d", "http://s")
			id, secret := env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]
			for _, value := range []string{id, secret} {
				if other, taken := seen[value]; taken || value == "" {
					t.Errorf("%s shares %q with %s", f.LogicalID, value, other)
				}
				seen[value] = f.LogicalID
			}
			if known, ok := s.Secret(id); !ok || known != secret {
				t.Errorf("Secret(%q) = %q, %v; want what %s has", id, known, ok, f.LogicalID)
			}
		}
	})
	t.Run("it is the template's with the local endpoints, and the template's is left as it was", func(t *testing.T) {
		t.Parallel()
		f := function(t, s, "users/get-me")
		before := maps.Clone(f.Environment)
		env := s.Environment(f, "http://d", "http://s")
		if env["AWS_ENDPOINT_URL_DYNAMODB"] != "http://d" || env["AWS_ENDPOINT_URL_S3"] != "http://s" || env["IDENTITY_TABLE"] != "lyceum-dev-identity" {
			t.Errorf("environment = %v", env)
		}
		if !maps.Equal(f.Environment, before) {
			t.Error("the function's own environment was changed")
		}
	})
	t.Run("the signing keys are for those alone who sign", func(t *testing.T) {
		t.Parallel()
		signs := []string{"auth/login", "auth/register", "auth/refresh", "auth/change-password", "progress/award-certificate"}
		for _, f := range s.Functions {
			folder := strings.TrimPrefix(stack.Package(f), "./functions/")
			if _, has := s.Environment(f, "", "")["SIGNING_KEYS"]; has != slices.Contains(signs, folder) {
				t.Errorf("%s has SIGNING_KEYS: %v", folder, has)
			}
		}
	})
}

func TestAccess(t *testing.T) {
	t.Parallel()
	s := load(t, "")
	env := s.Environment(function(t, s, "users/get-me"), "", "")
	id := env["AWS_ACCESS_KEY_ID"]
	table := func(name string) string {
		return "arn:aws:dynamodb:us-east-1:" + stack.AccountID + ":table/lyceum-dev-" + name
	}

	t.Run("the developer may do everything with a secret that is no secret", func(t *testing.T) {
		if secret, ok := s.Secret("local"); !ok || secret != "local" {
			t.Errorf("Secret(local) = %q, %v; want local", secret, ok)
		}
		if err := s.Authorize("local", iam.Call{Action: "dynamodb:DeleteTable", Resource: table("identity")}); err != nil {
			t.Error(err)
		}
	})
	t.Run("a key that nobody has opens nothing", func(t *testing.T) {
		for _, key := range []string{"", "AKIAIOSFODNN7EXAMPLE", "Local", strings.ToLower(id)} {
			if secret, ok := s.Secret(key); ok || secret != "" {
				t.Errorf("Secret(%q) = %q, %v; want none", key, secret, ok)
			}
			if s.Authorize(key, iam.Call{Action: "dynamodb:GetItem", Resource: table("identity")}) == nil {
				t.Errorf("Authorize(%q) allowed a call", key)
			}
		}
	})
	t.Run("a function may do what its policies say", func(t *testing.T) {
		if err := s.Authorize(id, iam.Call{Action: "dynamodb:GetItem", Resource: table("identity")}); err != nil {
			t.Error(err)
		}
	})
	t.Run("and nothing else: the refusal names who, what and where", func(t *testing.T) {
		for _, call := range []iam.Call{
			{Action: "dynamodb:PutItem", Resource: table("identity")},
			{Action: "dynamodb:GetItem", Resource: table("learning")},
			{Action: "s3:GetObject", Resource: "arn:aws:s3:::lyceum-dev-uploads-" + stack.AccountID + "-us-east-1/files/x"},
		} {
			err := s.Authorize(id, call)
			if _, denied := errors.AsType[iam.Denied](err); !denied {
				t.Errorf("%s on %s: got %v, want iam.Denied", call.Action, call.Resource, err)
				continue
			}
			for _, part := range []string{"GetMe", call.Action, call.Resource} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the refusal %q does not name %s", err, part)
				}
			}
		}
	})
}

func TestReportPermissions(t *testing.T) {
	t.Parallel()
	s := load(t, "")
	dir := t.TempDir()
	report := func() string {
		t.Helper()
		if err := s.ReportPermissions(dir); err != nil {
			t.Fatal(err)
		}
		files, err := os.ReadDir(dir)
		if err != nil || len(files) != 1 {
			t.Fatalf("%d files, %v; want one", len(files), err)
		}
		file := filepath.Join(dir, files[0].Name())
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const unneeded = "GetMeFunction may dynamodb:GetItem on arn:aws:dynamodb:us-east-1:000000000000:table/lyceum-dev-identity"
	if got := report(); !strings.Contains(got, unneeded) {
		t.Errorf("report = %q, want it to say %q", got, unneeded)
	}
	id := s.Environment(function(t, s, "users/get-me"), "", "")["AWS_ACCESS_KEY_ID"]
	call := iam.Call{Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:us-east-1:000000000000:table/lyceum-dev-identity"}
	if err := s.Authorize(id, call); err != nil {
		t.Fatal(err)
	}
	if got := report(); strings.Contains(got, unneeded) || got == "" {
		t.Errorf("report = %q, want all but what was needed", got)
	}
	if err := s.ReportPermissions(""); err != nil {
		t.Errorf("without a folder: %v", err)
	}
}
