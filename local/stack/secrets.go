package stack

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"lyceum/shared/auth"
)

// secretStore is Secrets Manager's part: one JSON file a secret, made on first use as `go run ./cmd/keys` makes it.
type secretStore struct {
	dir    string
	opened map[string]map[string]string
}

// value gives one key of a secret's JSON.
func (s *secretStore) value(name, key string) (string, error) {
	if s.opened[name] == nil {
		secret, err := s.open(name)
		if err != nil {
			return "", err
		}
		if s.opened == nil {
			s.opened = map[string]map[string]string{}
		}
		s.opened[name] = secret
	}
	value, ok := s.opened[name][key]
	if !ok {
		return "", fmt.Errorf("secret %s has no key %q; if an older version made the data folder, remove it or use another --data", name, key)
	}
	return value, nil
}

func (s *secretStore) open(name string) (map[string]string, error) {
	if s.dir == "" {
		text, err := fresh()
		if err != nil {
			return nil, err
		}
		return parse(name, text)
	}
	file := filepath.Join(s.dir, "secrets", strings.ReplaceAll(name, "/", "_")+".json")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = fresh(); err != nil {
			return nil, err
		}
		err = writeOnce(file, text)
	}
	if err != nil {
		return nil, err
	}
	if text, err = completed(file, text); err != nil {
		return nil, err
	}
	return parse(file, text)
}

// completed adds the keys that an older version did not know to its file. What is no secret of ours is left to be refused.
func completed(file string, text []byte) ([]byte, error) {
	if _, err := auth.ParseSecret(text); err == nil {
		return text, nil
	}
	secret, err := auth.CompleteSecret(text, rand.Reader)
	if err != nil {
		return text, nil
	}
	if text, err = json.Marshal(secret); err != nil {
		return nil, err
	}
	return text, writeOnce(file, text)
}

// writeOnce leaves either the whole file or none, so that a start that is killed here cannot lose the keys of the next.
func writeOnce(file string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func fresh() ([]byte, error) {
	secret, err := auth.NewSecret(rand.Reader)
	if err != nil {
		return nil, err
	}
	return json.Marshal(secret)
}

func parse(name string, text []byte) (map[string]string, error) {
	var secret map[string]string
	if json.Unmarshal(text, &secret) != nil { // the JSON error could quote a key
		return nil, fmt.Errorf("secret %s is not a JSON object of strings; remove it to have a new one made (everyone is signed out)", name)
	}
	return secret, nil
}
