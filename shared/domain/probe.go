package domain

import (
	"bytes"
	"errors"
	"io"
)

// Bytes that a probe reads at once: the beginning, and any other place.
const (
	probeHead   = 64 << 10
	probeWindow = 256 << 10
)

// probe looks at a file by ranges, so that judging one of any size takes little memory. The first error of reading stays and ends
// the judgement: what could not be read is not refused.
type probe struct {
	file   io.ReaderAt
	size   int64
	head   []byte
	window []byte
	begin  int64 // of the window
	err    error
}

// at is n bytes (at most probeHead) from off; nil when the file has them not, or when they cannot be read.
func (p *probe) at(off int64, n int) []byte {
	if off < 0 || off+int64(n) > p.size || p.err != nil {
		return nil
	}
	if p.head == nil {
		p.head = p.read(0, probeHead)
	}
	if off+int64(n) <= int64(len(p.head)) {
		return p.head[off : off+int64(n)]
	}
	if off < p.begin || off+int64(n) > p.begin+int64(len(p.window)) {
		p.window, p.begin = p.read(off, probeWindow), off
	}
	if p.err != nil {
		return nil
	}
	return p.window[off-p.begin:][:n]
}

func (p *probe) read(off int64, n int64) []byte {
	b := make([]byte, min(n, p.size-off))
	if got, err := p.file.ReadAt(b, off); got < len(b) {
		if errors.Is(err, io.EOF) || err == nil {
			err = io.ErrUnexpectedEOF
		}
		p.err = err
		return nil
	}
	return b
}

// first and last are at most n bytes of the two ends.
func (p *probe) first(n int64) []byte { return p.at(0, int(min(n, p.size))) }
func (p *probe) last(n int64) []byte  { n = min(n, p.size); return p.at(p.size-n, int(n)) }

// contains looks for a mark behind from: at the end of the file, where it usually is, then from the front.
func (p *probe) contains(from int64, mark []byte) bool {
	if from >= p.size {
		return false
	}
	if bytes.Contains(p.last(min(probeHead, p.size-from)), mark) {
		return true
	}
	for ; from < p.size && p.err == nil; from += probeHead - int64(len(mark)) + 1 {
		if bytes.Contains(p.at(from, int(min(probeHead, p.size-from))), mark) {
			return true
		}
	}
	return false
}
