package main

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// picture is one JPEG without what lies behind it, such as a telephone's clip: up to its own EOI,
// which is added if it is missing, and how many scans it has. Bytes between segments are passed
// over, as the decoder does (ITU T.81 annex B).
func picture(content []byte) (whole []byte, scans int) {
	for i := 2; i+1 < len(content); {
		marker := content[i+1]
		switch {
		case content[i] != 0xff || marker == 0xff || marker == 0: // of a scan, stray, or a fill byte
			next := bytes.IndexByte(content[i+1:], 0xff)
			if next < 0 {
				i = len(content)
				continue
			}
			i += 1 + next
		case marker == 0xd9:
			return content[: i+2 : i+2], scans
		case marker < 0xc0 || marker >= 0xd0 && marker <= 0xd8: // stands alone
			i += 2
		default:
			if marker == 0xda {
				scans++
			}
			if i+4 > len(content) {
				i = len(content)
				continue
			}
			i += 2 + int(binary.BigEndian.Uint16(content[i+2:]))
		}
	}
	return append(content[:len(content):len(content)], 0xff, 0xd9), scans
}

// segments are the marker segments before the first scan: marker and data.
func segments(content []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for i := 2; i+4 <= len(content); {
			marker := content[i+1]
			switch {
			case content[i] != 0xff || marker == 0xff || marker == 0:
				i++
				continue
			case marker < 0xc0 || marker >= 0xd0 && marker <= 0xd7:
				i += 2
				continue
			}
			end := i + 2 + int(binary.BigEndian.Uint16(content[i+2:]))
			if marker == 0xd9 || marker == 0xda || end < i+4 || end > len(content) || !yield(marker, content[i+4:end]) {
				return
			}
			i = end
		}
	}
}
