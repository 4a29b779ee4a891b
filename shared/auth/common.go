package auth

import (
	"bufio"
	"compress/gzip"
	_ "embed"
	"strings"

	"golang.org/x/text/unicode/norm"

	"lyceum/shared/domain/fault"
)

// ErrCommonPassword is returned for a new password that is among the first an attacker tries.
var ErrCommonPassword = fault.New(fault.Invalid, "auth.password_common",
	"This password is among the first that attackers try. Choose another, such as four words that have nothing to do with each other.")

// common holds 21,652 passwords of 8 bytes and more (the rule counts characters) in NFKC and lower case, one a line, sorted by bytes, 205 KB behind gzip. They are
// what these two lists hold of that length:
//   - common-passwords.txt.gz of Django 5.2 (PyPI), of Royce Williams' list of 20,000; BSD-3-Clause;
//   - src/passwords.json of @zxcvbn-ts/language-common 4.1.3 (npm), 49,233 passwords; MIT.
//
// Their licences are in common.licences.txt.
//
//go:embed common.txt.gz
var common string

// RefuseCommon returns ErrCommonPassword, with the name of the request's field in its details, if the password in lower case is in the
// list. It is for new passwords alone: a sign-in takes whatever the account has. It reads the list anew each time, about 2 ms and 50 KB
// on a whole vCPU, against the 20 ms of the hash that follows.
func RefuseCommon(field string, p Password) error {
	list, err := gzip.NewReader(strings.NewReader(common))
	if err != nil {
		return err
	}
	password := norm.NFKC.String(strings.ToLower(string(p.bytes())))
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		if line := lines.Text(); line >= password {
			if line != password {
				return nil
			}
			f := *ErrCommonPassword
			f.Details = []fault.Detail{{Field: field, Code: f.Code, Message: f.Message}}
			return &f
		}
	}
	return lines.Err()
}
