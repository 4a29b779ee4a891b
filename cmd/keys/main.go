// Command keys makes the secret a deployment needs and rotates its signing keys. The secret is the JSON that template.yaml refers to in
// Secrets Manager. It reads standard input, writes standard output and stores nothing; which key does what goes to standard error:
//
//	go run ./cmd/keys                              a new secret: a signing key (Ed25519), the keys of cursors, refresh tokens, links
//	go run ./cmd/keys --hs256                      the same with a shared secret (HS256, 32 bytes)
//	go run ./cmd/keys complete < old > new         adds the keys that an older version did not know
//	go run ./cmd/keys rotate < old > new           adds a key that verifies and does not sign yet
//	go run ./cmd/keys promote < old > new          makes that key sign
//	go run ./cmd/keys retire --kid ID < old > new  removes a key that does not sign
//
// With --file PATH it works on a file in place, such as .data/secrets/lyceum-dev_keys.json of `go run ./local`. docs/OPERATIONS.md tells how long to wait
// between the steps.
package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"lyceum/shared/auth"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "keys:", err)
		os.Exit(1)
	}
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	command := "new"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet("keys "+command, flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("file", "", "work on the file at `path` in place")
	var change func(auth.Secret) (auth.Secret, error)
	hs256, kid := new(bool), new(string)
	switch command {
	case "new":
		hs256 = flags.Bool("hs256", false, "a shared secret in place of an Ed25519 key")
	case "complete": // read does it
		change = func(s auth.Secret) (auth.Secret, error) { return s, nil }
	case "rotate":
		change = func(s auth.Secret) (auth.Secret, error) { return s.Rotate(rand.Reader) }
	case "promote":
		change = auth.Secret.Promote
	case "retire":
		kid = flags.String("kid", "", "the key's `id`")
		change = func(s auth.Secret) (auth.Secret, error) { return s.Retire(*kid) }
	default:
		return fmt.Errorf("there is no command %q, only new, complete, rotate, promote and retire", command)
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s: unexpected argument %q", command, flags.Arg(0))
	}

	var secret auth.Secret
	var err error
	switch {
	case change != nil:
		if secret, err = read(*file, stdin, command == "complete"); err == nil {
			secret, err = change(secret)
		}
	case *hs256:
		secret, err = auth.NewHS256Secret(rand.Reader)
	default:
		secret, err = auth.NewSecret(rand.Reader)
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(secret)
	if err != nil {
		return err
	}
	if err := write(*file, stdout, append(text, '\n'), change != nil); err != nil {
		return err
	}
	_, err = io.WriteString(stderr, secret.Describe())
	return err
}
