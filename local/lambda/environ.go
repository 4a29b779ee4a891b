package lambda

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// checkReserved refuses what Lambda refuses in a function's configuration: variables that it sets itself
// ("Defined runtime environment variables"). Credentials are allowed here, since nothing else could give them.
func checkReserved(env map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		switch {
		case strings.HasPrefix(name, "AWS_LAMBDA_"), name == "_HANDLER", name == "_X_AMZN_TRACE_ID", name == "LAMBDA_TASK_ROOT",
			name == "AWS_REGION", name == "AWS_DEFAULT_REGION", name == "AWS_EXECUTION_ENV":
			return fmt.Errorf("environment variable %s is reserved by Lambda", name)
		case name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(env[name], 0):
			return fmt.Errorf("environment variable %q cannot be set", name)
		}
	}
	return nil
}

// environ is the whole environment of a process: what Lambda sets, then the function's own variables, which may replace
// LANG, PATH and TZ only. Nothing of this process's environment is passed on.
func (f *function) environ(api, taskRoot string) []string {
	var random [16]byte
	rand.Read(random[:]) // never fails
	env := map[string]string{
		"AWS_DEFAULT_REGION":              f.pool.opts.Region,
		"AWS_EXECUTION_ENV":               "AWS_Lambda_provided.al2023",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.cfg.MemoryMB),
		"AWS_LAMBDA_FUNCTION_NAME":        f.cfg.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + f.cfg.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      time.Now().UTC().Format("2006/01/02") + "/[$LATEST]" + hex.EncodeToString(random[:]),
		"AWS_LAMBDA_RUNTIME_API":          api,
		"AWS_REGION":                      f.pool.opts.Region,
		"LAMBDA_TASK_ROOT":                taskRoot,
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin:/bin:/opt/bin",
		"TZ":                              ":UTC",
		"_HANDLER":                        "bootstrap",
	}
	if root := os.Getenv("SYSTEMROOT"); root != "" {
		env["SYSTEMROOT"] = root // Windows opens no socket without it; unset elsewhere
	}
	maps.Copy(env, f.cfg.Env)
	list := make([]string, 0, len(env))
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}
