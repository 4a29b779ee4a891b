// Package address says where the parts of a running local environment listen. `go run ./local`
// writes it into its data folder, and the operator commands read it there, so that --local means
// this environment and never whatever else uses a well-known port.
package address

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

const file = "addresses.json"

// Region has the URLs of one region's parts.
type Region struct {
	Name     string `json:"region"`
	API      string `json:"api"`
	DynamoDB string `json:"dynamodb"`
	S3       string `json:"s3"`
}

// Write replaces what the data folder says. The primary region comes first.
func Write(dir string, regions []Region) error {
	text, err := json.MarshalIndent(regions, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, file), append(text, '\n'), 0o600)
}

// Remove is for an environment that ends.
func Remove(dir string) { os.Remove(filepath.Join(dir, file)) }

// Find returns the region of this name, or the primary one if name is empty.
func Find(dir, name string) (Region, error) {
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return Region{}, fmt.Errorf("no local environment runs with the data folder %s: start `go run ./local`, or name its folder with --data", dir)
	}
	var regions []Region
	if err := json.Unmarshal(text, &regions); err != nil {
		return Region{}, fmt.Errorf("%s: %w", filepath.Join(dir, file), err)
	}
	for _, r := range regions {
		if name == "" || r.Name == name {
			return r, nil
		}
	}
	return Region{}, fmt.Errorf("the local environment of %s does not run region %s", dir, name)
}
