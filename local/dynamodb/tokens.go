package dynamodb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// tokenLife is how long a client request token is remembered.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
const tokenLife = 10 * time.Minute

// claim tells whether a token was used for the same transaction within its life; if not, it is used now.
func (c *call) claim(tx *bolt.Tx, token string, hash []byte) (known bool, err error) {
	id := append([]byte(c.accessKeyID+"/"), token...)
	tokens, times := tx.Bucket(bucketTokens), tx.Bucket(bucketTokenQ)
	if v := tokens.Get(id); v != nil {
		if usedAt(v).Add(tokenLife).After(c.now) {
			if !bytes.Equal(v[8:], hash) {
				return false, newError(ofDynamoDB, "IdempotentParameterMismatchException",
					"The request uses the same client token as a previous, but non-identical request.")
			}
			return true, nil
		}
		if err := times.Delete(append(slices.Clone(v[:8]), id...)); err != nil {
			return false, err
		}
	}
	at := binary.BigEndian.AppendUint64(nil, uint64(c.now.UnixMilli()))
	return false, errors.Join(tokens.Put(id, append(slices.Clone(at), hash...)), times.Put(append(at, id...), nil))
}

func usedAt(v []byte) time.Time { return time.UnixMilli(int64(binary.BigEndian.Uint64(v))) }

// forgetTokens drops up to n tokens that are past their life.
func forgetTokens(tx *bolt.Tx, now time.Time, n int) error {
	tokens, times := tx.Bucket(bucketTokens), tx.Bucket(bucketTokenQ)
	for _, k := range firstKeys(times, nil, n, func(k []byte) bool { return usedAt(k).Add(tokenLife).Before(now) }) {
		if err := errors.Join(times.Delete(k), tokens.Delete(k[8:])); err != nil {
			return err
		}
	}
	return nil
}
