// Command keys makes the secret a deployment needs: a fresh signing key, its public part and the key of list cursors, as the JSON that
// template.yaml refers to in Secrets Manager. It prints to standard output and stores nothing:
//
//	go run ./cmd/keys | aws secretsmanager create-secret --name lyceum-dev/keys --secret-string file:///dev/stdin
package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"

	"lyceum/shared/auth"
)

func main() {
	secret, err := auth.NewSecret(rand.Reader)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(secret)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "keys:", err)
		os.Exit(1)
	}
}
