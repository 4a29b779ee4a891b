package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"lyceum/shared/auth"
)

// maxSecret is what Secrets Manager keeps at most (https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html).
const maxSecret = 64 << 10

// read parses the secret in a file, or in stdin when there is no file, and adds the keys it lacks when it is to be completed.
func read(file string, stdin io.Reader, complete bool) (auth.Secret, error) {
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return auth.Secret{}, err
		}
		defer f.Close()
		stdin = f
	}
	text, err := io.ReadAll(io.LimitReader(stdin, maxSecret+1))
	if err != nil {
		return auth.Secret{}, err
	}
	if len(text) > maxSecret {
		return auth.Secret{}, fmt.Errorf("secret: larger than %d bytes", maxSecret)
	}
	if complete {
		return auth.CompleteSecret(text, rand.Reader)
	}
	return auth.ParseSecret(text)
}

// write puts the secret into a file, or to stdout when there is no file. The file has the whole old or the whole new secret at any time,
// and only its owner can read it. A file that is there is replaced only if it was read before.
func write(file string, stdout io.Writer, text []byte, replace bool) error {
	if file == "" {
		_, err := stdout.Write(text)
		return err
	}
	if _, err := os.Lstat(file); err == nil && !replace {
		return fmt.Errorf("%s is there already: a new secret would sign everyone out; remove the file first, or rotate", file)
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".keys-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // once it is renamed, there is none
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
