package cache

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"lyceum/shared/domain"
)

// encoding is the metadata that tells how a value is packed; absent means as it is.
const encoding = "encoding"

// pack compresses a body if that makes it smaller.
func pack(body []byte) domain.KVEntry {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed) // fails for an unknown level alone
	if _, err := w.Write(body); err == nil && w.Close() == nil && packed.Len() < len(body) {
		return domain.KVEntry{Value: packed.Bytes(), Metadata: map[string]string{encoding: "gzip"}, Version: 1}
	}
	return domain.KVEntry{Value: body, Version: 1}
}

// unpack gives the body back, of at most limit bytes. gzip's sum tells a damaged one.
func unpack(entry domain.KVEntry, limit int64) ([]byte, error) {
	var from io.Reader = bytes.NewReader(entry.Value)
	switch how := entry.Metadata[encoding]; how {
	case "":
	case "gzip":
		unzipped, err := gzip.NewReader(from)
		if err != nil {
			return nil, err
		}
		from = unzipped
	default:
		return nil, fmt.Errorf("cached value: unknown encoding %q", how)
	}
	body, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = fmt.Errorf("cached value: more than %d bytes", limit)
	}
	return body, err
}
