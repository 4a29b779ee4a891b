// Package auth proves who somebody is: password hashes (argon2id), access tokens (JWT by a key ring) and sessions (refresh tokens).
//
// An access token lives 15 minutes and is checked without a look-up; a refresh token lives 7 days and is stored as a hash.
// The two are linked by the session id (claim sid). Only functions that sign link and hold private keys.
package auth
