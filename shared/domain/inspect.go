package domain

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"regexp"

	"lyceum/shared/domain/fault"
)

// Bounds of pictures: a decoder needs memory for every pixel, whatever the file's size.
const (
	MaxSide       = 16384
	MaxPixels     = 100_000_000
	MaxImageBytes = 25 << 20
)

// Faults of what a file holds.
var (
	ErrFileType      = fault.New(fault.Unsupported, "upload.type_unsupported", "Only whole JPEG, PNG and WebP images and PDF documents are accepted, judged by their bytes.")
	ErrImageTooLarge = fault.New(fault.TooLarge, "upload.image_too_large", "The image is larger than 25 MiB, 16384 pixels a side or 100 million pixels.")
	ErrPolyglot      = fault.New(fault.Unsupported, "upload.ambiguous", "The file can be read as a web page, a script or an archive too.")
)

// Inspect tells the type of a file of size bytes by its structure: its header must be complete and its end must be there, so a cut
// or renamed file is ErrFileType. Pictures are bounded, and what a browser or an unpacker would take for something else is refused. It
// reads a few ranges of most files, all of a picture at most. Errors of reading are returned as they are.
func Inspect(file io.ReaderAt, size int64) (contentType string, err error) {
	p := &probe{file: file, size: size}
	contentType, width, height := sniff(p)
	isImage := contentType != "" && contentType != "application/pdf"
	switch {
	case p.err == nil && contentType == "":
		err = ErrFileType
	case isImage && (size > MaxImageBytes || width > MaxSide || height > MaxSide || width*height > MaxPixels):
		err = ErrImageTooLarge
	case p.err == nil && ambiguous(p, isImage):
		err = ErrPolyglot
	}
	if p.err != nil {
		return "", p.err
	}
	if err != nil {
		return "", err
	}
	return contentType, nil
}

func sniff(p *probe) (contentType string, width, height int64) {
	for _, format := range []struct {
		name string
		read func(*probe) (width, height int64)
	}{{"image/jpeg", readJPEG}, {"image/png", readPNG}, {"image/webp", readWebP}} {
		if width, height = format.read(p); width > 0 && height > 0 {
			return format.name, width, height
		}
	}
	if isPDF(p) {
		return "application/pdf", 0, 0
	}
	return "", 0, 0
}

// markup is what makes browsers take a file for a page (WHATWG MIME sniffing, section 7.1) or servers run it.
var markup = regexp.MustCompile(`(?i)<(!doctype html|html|head|body|script|iframe|svg|\?php)[\s>/]`)

// ambiguous looks where readers that guess look: the first kilobytes, all of a picture's edges, and the directory at the end of a ZIP
// (APPNOTE 4.3.16).
func ambiguous(p *probe, isImage bool) bool {
	front := int64(4 << 10)
	if isImage {
		front = probeHead
	}
	if markup.Match(p.first(front)) {
		return true
	}
	end := p.last(probeHead)
	if bytes.Contains(end, []byte("PK\x05\x06\x00\x00\x00\x00")) {
		return true
	}
	if !isImage {
		end = end[max(0, bytes.LastIndex(end, []byte("%%EOF"))):]
	}
	return markup.Match(end)
}

// readJPEG walks the marker segments to the first scan, wants a frame header before it and EOI after it (ITU T.81 annex B). A
// thumbnail lies within a segment, so its EOI does not make a cut photograph whole.
func readJPEG(p *probe) (width, height int64) {
	if !bytes.Equal(p.at(0, 2), []byte{0xff, 0xd8}) {
		return 0, 0
	}
	for i := int64(2); ; {
		b := p.at(i, 4)
		if b == nil || b[0] != 0xff {
			return 0, 0
		}
		marker, size := b[1], int64(binary.BigEndian.Uint16(b[2:]))
		switch {
		case marker == 0xff: // a fill byte
			i++
			continue
		case marker < 0xc0 || marker >= 0xd0 && marker <= 0xd9 || size < 2: // not a segment
			return 0, 0
		case marker == 0xda: // SOS
			if width == 0 || !p.contains(i+2+size, []byte{0xff, 0xd9}) {
				return 0, 0
			}
			return width, height
		case marker < 0xd0 && marker != 0xc4 && marker != 0xc8 && marker != 0xcc: // SOF: precision, height, width
			frame := p.at(i+5, 4)
			if frame == nil {
				return 0, 0
			}
			height, width = int64(binary.BigEndian.Uint16(frame)), int64(binary.BigEndian.Uint16(frame[2:]))
		}
		i += 2 + size
	}
}

// readPNG wants the signature, a sane IHDR as first chunk and walks the chunks to IEND (PNG specification, sections 5 and 11.2.1).
func readPNG(p *probe) (width, height int64) {
	b := p.at(0, 33)
	if b == nil || string(b[:8]) != "\x89PNG\r\n\x1a\n" || string(b[8:16]) != "\x00\x00\x00\x0dIHDR" ||
		crc32.ChecksumIEEE(b[12:29]) != binary.BigEndian.Uint32(b[29:]) {
		return 0, 0
	}
	width, height = int64(binary.BigEndian.Uint32(b[16:])), int64(binary.BigEndian.Uint32(b[20:]))
	if width >= 1<<31 || height >= 1<<31 {
		return 0, 0
	}
	for i := int64(8); ; {
		chunk := p.at(i, 12) // length, name, data, checksum
		if chunk == nil {
			return 0, 0
		}
		if string(chunk) == "\x00\x00\x00\x00IEND\xaeB`\x82" {
			return width, height
		}
		i += 12 + int64(binary.BigEndian.Uint32(chunk))
	}
}

// readWebP wants a RIFF container whose length fits the file, and in it a first chunk that is whole and begins as its kind does (RFC 9649
// sections 2.4 to 2.7 and 3.4; RFC 6386 section 9.1).
func readWebP(p *probe) (width, height int64) {
	b := p.at(0, 20)
	if b == nil || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return 0, 0
	}
	size, chunk := int64(binary.LittleEndian.Uint32(b[4:]))+8, int64(binary.LittleEndian.Uint32(b[16:]))
	if size > p.size || p.size > size+1 || 20+chunk > size {
		return 0, 0
	}
	data := p.at(20, int(min(chunk, 10)))
	switch kind := string(b[12:16]); {
	case kind == "VP8 " && len(data) == 10 && string(data[3:6]) == "\x9d\x01\x2a":
		return int64(binary.LittleEndian.Uint16(data[6:]) & 0x3fff), int64(binary.LittleEndian.Uint16(data[8:]) & 0x3fff)
	case kind == "VP8L" && len(data) >= 5 && data[0] == 0x2f:
		bits := int64(binary.LittleEndian.Uint32(data[1:]))
		return bits&0x3fff + 1, bits>>14&0x3fff + 1
	case kind == "VP8X" && len(data) == 10:
		uint24 := func(b []byte) int64 { return int64(b[0]) | int64(b[1])<<8 | int64(b[2])<<16 }
		return uint24(data[4:]) + 1, uint24(data[7:]) + 1
	}
	return 0, 0
}

// isPDF wants the header at the very start and an end-of-file mark in the last 1,024 bytes (ISO 32000-2, 7.5.2 and 7.5.5).
func isPDF(p *probe) bool {
	b := p.at(0, 32)
	return b != nil && bytes.HasPrefix(b, []byte("%PDF-")) && (b[5] == '1' || b[5] == '2') && b[6] == '.' &&
		bytes.Contains(p.last(1024), []byte("%%EOF"))
}
