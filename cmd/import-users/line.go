package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

// account is what a line says.
type account struct {
	email         domain.Email
	name          domain.Username
	hash          string
	createdAt     time.Time
	emailVerified bool
}

// parse reads a line by the rules of docs/IMPORT.md. Its errors name fields and never repeat values.
func parse(line []byte) (account, error) {
	var in struct {
		Email         string    `json:"email"`
		Username      string    `json:"username"`
		HashFormat    string    `json:"hashFormat"`
		Hash          string    `json:"hash"`
		CreatedAt     time.Time `json:"createdAt"`
		EmailVerified bool      `json:"emailVerified"`
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return account{}, errors.New("is not a JSON object of email, username, hashFormat, hash, createdAt and emailVerified")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return account{}, errors.New("holds more than one JSON object")
	}
	var bad []error
	field := func(name string, err error) {
		if err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", name, err))
		}
	}
	email, err := domain.ParseEmail(in.Email)
	field("email", err)
	name, err := domain.ParseUsername(in.Username)
	field("username", err)
	format, err := auth.HashFormat(in.Hash)
	field("hash", err)
	if err == nil && format != in.HashFormat {
		field("hashFormat", fmt.Errorf("the hash is %s", format))
	}
	if in.CreatedAt.Unix() < 0 || in.CreatedAt.After(time.Now()) {
		field("createdAt", errors.New("must be between 1970 and now"))
	}
	return account{email, name, in.Hash, domain.Millis(in.CreatedAt), in.EmailVerified}, errors.Join(bad...)
}
