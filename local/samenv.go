package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
)

// samEnvFile lies in the data folder: `sam local start-api --env-vars .data/sam-env.json` makes the functions in its containers use this
// stand's tables, buckets and keys. They must reach it, so give --bind the address of Docker's bridge.
const samEnvFile = "sam-env.json"

// writeSamEnv writes each function's environment. It holds keys, so only its owner reads it.
func (c *cloud) writeSamEnv(context.Context) error {
	if c.set.data == "" {
		return nil
	}
	variables := map[string]map[string]string{}
	for _, f := range c.stack.Functions {
		variables[f.LogicalID] = c.environment(f)
	}
	text, err := json.MarshalIndent(variables, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.set.data, samEnvFile), text, 0o600)
}
