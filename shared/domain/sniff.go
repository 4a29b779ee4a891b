package domain

import (
	"bytes"
	"encoding/binary"
)

// sniff tells the type of a whole file by its structure, not only its first bytes: each format's header must be complete and its end
// must be there, so a cut or renamed file is refused.
func sniff(b []byte) (contentType string, ok bool) {
	switch {
	case isJPEG(b):
		return "image/jpeg", true
	case isPNG(b):
		return "image/png", true
	case isWebP(b):
		return "image/webp", true
	case isPDF(b):
		return "application/pdf", true
	}
	return "", false
}

// isJPEG walks the marker segments to the first scan, wants a frame header before it and EOI after it (ITU T.81 annex B). A thumbnail
// lies within a segment, so its EOI does not make a cut photograph whole.
func isJPEG(b []byte) bool {
	if !bytes.HasPrefix(b, []byte{0xff, 0xd8}) {
		return false
	}
	framed := false
	for i := 2; i+4 <= len(b) && b[i] == 0xff; {
		marker, size := b[i+1], int(binary.BigEndian.Uint16(b[i+2:]))
		switch {
		case marker == 0xff: // a fill byte
			i++
			continue
		case marker < 0xc0 || marker >= 0xd0 && marker <= 0xd9 || size < 2: // not a segment
			return false
		case marker == 0xda: // SOS
			return framed && bytes.Contains(b[min(i+2+size, len(b)):], []byte{0xff, 0xd9})
		case marker < 0xd0 && marker != 0xc4 && marker != 0xc8 && marker != 0xcc: // SOF
			framed = true
		}
		i += 2 + size
	}
	return false
}

// isPNG wants the signature, a sane IHDR as first chunk and the IEND chunk (PNG specification, section 5 and 11.2.1).
func isPNG(b []byte) bool {
	if len(b) < 45 || string(b[:8]) != "\x89PNG\r\n\x1a\n" || string(b[8:16]) != "\x00\x00\x00\x0dIHDR" {
		return false
	}
	width, height := binary.BigEndian.Uint32(b[16:]), binary.BigEndian.Uint32(b[20:])
	return width > 0 && height > 0 && width < 1<<31 && height < 1<<31 && bytes.Contains(b, []byte("\x00\x00\x00\x00IEND\xaeB`\x82"))
}

// isWebP wants a RIFF container whose length fits the file (RFC 9649 section 2.4).
func isWebP(b []byte) bool {
	if len(b) < 20 || string(b[:4]) != "RIFF" || string(b[8:14]) != "WEBPVP" {
		return false
	}
	size := int64(binary.LittleEndian.Uint32(b[4:])) + 8
	return (b[14] == '8') && (b[15] == ' ' || b[15] == 'L' || b[15] == 'X') && size <= int64(len(b)) && int64(len(b)) <= size+1
}

// isPDF wants the header at the very start and an end-of-file mark in the last 1,024 bytes (ISO 32000-2, 7.5.2 and 7.5.5).
func isPDF(b []byte) bool {
	return len(b) >= 32 && bytes.HasPrefix(b, []byte("%PDF-")) && (b[5] == '1' || b[5] == '2') && b[6] == '.' &&
		bytes.Contains(b[max(0, len(b)-1024):], []byte("%%EOF"))
}
