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

// isPNG wants the signature, a sane IHDR as first chunk and walks the chunks to IEND (PNG specification, sections 5 and 11.2.1).
func isPNG(b []byte) bool {
	if len(b) < 45 || string(b[:8]) != "\x89PNG\r\n\x1a\n" || string(b[8:16]) != "\x00\x00\x00\x0dIHDR" {
		return false
	}
	width, height := binary.BigEndian.Uint32(b[16:]), binary.BigEndian.Uint32(b[20:])
	if width == 0 || height == 0 || width >= 1<<31 || height >= 1<<31 {
		return false
	}
	for i := 8; i+12 <= len(b); i += 12 + int(binary.BigEndian.Uint32(b[i:])) { // length, name, data, checksum
		if string(b[i:i+12]) == "\x00\x00\x00\x00IEND\xaeB`\x82" {
			return true
		}
	}
	return false
}

// isWebP wants a RIFF container whose length fits the file, and in it a first chunk that is whole and begins as its kind does (RFC 9649
// sections 2.4 to 2.7 and 3.4; RFC 6386 section 9.1).
func isWebP(b []byte) bool {
	if len(b) < 20 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return false
	}
	size, chunk := int64(binary.LittleEndian.Uint32(b[4:]))+8, int64(binary.LittleEndian.Uint32(b[16:]))
	if size > int64(len(b)) || int64(len(b)) > size+1 || 20+chunk > size {
		return false
	}
	data := b[20 : 20+chunk]
	switch string(b[12:16]) {
	case "VP8 ":
		return len(data) >= 10 && string(data[3:6]) == "\x9d\x01\x2a"
	case "VP8L":
		return len(data) >= 5 && data[0] == 0x2f
	case "VP8X":
		return len(data) >= 10
	}
	return false
}

// isPDF wants the header at the very start and an end-of-file mark in the last 1,024 bytes (ISO 32000-2, 7.5.2 and 7.5.5).
func isPDF(b []byte) bool {
	return len(b) >= 32 && bytes.HasPrefix(b, []byte("%PDF-")) && (b[5] == '1' || b[5] == '2') && b[6] == '.' &&
		bytes.Contains(b[max(0, len(b)-1024):], []byte("%%EOF"))
}
