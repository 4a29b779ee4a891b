package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// samEnvFile lies in the data folder. samconfig.toml names it, so that the functions in the
// containers of `sam local` use the tables, buckets and keys of this start.
const samEnvFile = "sam-env.json"

// dockerHost is this machine's name in a container: Docker Desktop has it, and add_host in
// samconfig.toml gives it to others.
const dockerHost = "host.docker.internal"

// forContainers sets what --services needs and the command line does not say. sam local takes port
// 3000. Docker on Linux reaches this machine by the address of its bridge, which no other machine
// does; Docker Desktop reaches what listens on the loopback address.
func (s *settings) forContainers(given map[string]bool) {
	if !given["port"] {
		s.port = 3030
	}
	if bridge := dockerBridge(); bridge != "" && !given["bind"] {
		s.bind = bridge
	}
}

// dockerBridge returns the IPv4 address of Docker's default bridge on this machine, or "" if there
// is none.
func dockerBridge() string {
	bridge, err := net.InterfaceByName("docker0")
	if err != nil {
		return ""
	}
	addresses, _ := bridge.Addrs()
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.IP.To4() != nil {
			return network.IP.String()
		}
	}
	return ""
}

func apiIsElsewhere(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "the HTTP API is that of: sam build && sam local start-api", http.StatusNotFound)
}

// writeSamEnv writes each function's environment as a container must have it. It holds keys, so
// only its owner reads it.
func (c *cloud) writeSamEnv(context.Context) error {
	if c.set.data == "" {
		return nil
	}
	var names []string
	for _, url := range []string{c.dynamo, c.url(s3Part), c.url(apiPart)} {
		names = append(names, url, strings.Replace(url, "//localhost:", "//"+dockerHost+":", 1))
	}
	inContainer := strings.NewReplacer(names...)
	variables := map[string]map[string]string{}
	for _, f := range c.stack.Functions {
		env := c.environment(f)
		for name, value := range env {
			if c.set.services && strings.HasPrefix(name, "AWS_ENDPOINT_URL") {
				env[name] = inContainer.Replace(value)
			}
		}
		env["LOCAL_CREDENTIALS"] = env["AWS_ACCESS_KEY_ID"] + ":" + env["AWS_SECRET_ACCESS_KEY"]
		variables[f.LogicalID] = env
	}
	text, err := json.MarshalIndent(variables, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.set.data, samEnvFile), text, 0o600)
}

// samFlags are what sam local must be told because this start was told otherwise than
// samconfig.toml.
func (c *cloud) samFlags() string {
	if expected, err := filepath.Abs(".data"); err == nil && expected == c.set.data {
		return ""
	}
	return " --env-vars " + filepath.Join(c.set.data, samEnvFile)
}

func (f *fleet) servicesBanner(out io.Writer, data string) {
	c := f.clouds[0]
	consumers := 0
	for _, function := range c.stack.Functions {
		if len(function.Routes) == 0 {
			consumers++
		}
	}
	fmt.Fprintf(out, `
  DynamoDB   %s       access key "local", secret "local", region %s
  S3         %s       the same keys, addressed by path
  events     %d functions that no route calls, rebuilt when their source changes
  data       %s
`, c.dynamo, c.set.region, c.url(s3Part), consumers, data)
}
