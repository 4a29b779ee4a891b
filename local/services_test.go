package main_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestServicesAreForContainers: the journey over `sam local` itself is `make sam-local`, which
// needs Docker.
func TestServicesAreForContainers(t *testing.T) {
	data := t.TempDir()
	cloud := goRun(t, "--services", "--data", data, "--bind", "127.0.0.1")
	if next := "sam build && sam local start-api --env-vars " + filepath.Join(data, "sam-env.json"); !strings.Contains(cloud.output.String(), next) {
		t.Errorf("it does not say what to type next, %s:\n%s", next, cloud.output)
	}
	response, err := http.Get(cloud.URL + "/api/health")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusNotFound || !strings.Contains(string(text), "sam local start-api") {
		t.Errorf("the API's place answers %d %q, want 404 with the way to the API", response.StatusCode, text)
	}
	text, err := os.ReadFile(filepath.Join(data, "sam-env.json"))
	if err != nil {
		t.Fatal(err)
	}
	var functions map[string]map[string]string
	if err := json.Unmarshal(text, &functions); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"LoginFunction", "SendWelcomeMailFunction"} {
		env := functions[name]
		for variable, want := range map[string]string{
			"AWS_ENDPOINT_URL_DYNAMODB": "http://host.docker.internal:", "AWS_ENDPOINT_URL_S3": "http://host.docker.internal:",
			"LOCAL_CREDENTIALS": "LOCAL" + strings.ToUpper(name) + ":",
		} {
			if !strings.HasPrefix(env[variable], want) {
				t.Errorf("%s has %s=%q, want %s…", name, variable, env[variable], want)
			}
		}
	}
	if mail := functions["SendWelcomeMailFunction"]["AWS_ENDPOINT_URL_SESV2"]; !strings.HasPrefix(mail, "http://host.docker.internal:") {
		t.Errorf("mail goes to %s, which no container reaches", mail)
	}
}
