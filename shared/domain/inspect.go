package domain

import (
	"encoding/binary"
	"hash/crc32"
	"io"

	"lyceum/shared/domain/fault"
)

// Bounds of pictures: a decoder needs memory for every pixel, whatever the file's size.
const (
	MaxSide       = 16384
	MaxPixels     = 100_000_000
	MaxImageBytes = 25 << 20
)

// otherPictures says what to do with the pictures of telephones, cameras and chats that are not
// accepted.
const otherPictures = "Save HEIC, AVIF, GIF and TIFF pictures as JPEG or PNG first."

// Faults of what a file holds.
var (
	ErrFileType      = fault.New(fault.Unsupported, "upload.type_unsupported", "Only whole JPEG, PNG and WebP images and PDF documents are accepted, judged by their bytes. "+otherPictures)
	ErrImageTooLarge = fault.New(fault.TooLarge, "upload.image_too_large", "The image is larger than 25 MiB, 16384 pixels a side or 100 million pixels.")
	ErrPolyglot      = fault.New(fault.Unsupported, "upload.ambiguous", "The file can be read as an archive (ZIP) too.")
)

// Kind is what a file is.
type Kind struct {
	Type   string // one of ContentTypes
	Pixels int64  // of a picture; 0 of a document
}

// Inspect tells the type of a file of size bytes by its structure, never by words in it: what
// viewers open is accepted, and served under its type alone, so that nothing in it can run. A file
// that was cut or renamed is ErrFileType. Pictures are bounded. It reads a few ranges of most
// files, all of a picture at most. Errors of reading are returned as they are.
func Inspect(file io.ReaderAt, size int64) (Kind, error) {
	p := &probe{file: file, size: size}
	contentType, width, height := sniff(p)
	isImage := contentType != "" && contentType != "application/pdf"
	var err error
	switch {
	case p.err == nil && contentType == "":
		err = ErrFileType
	case isImage && (size > MaxImageBytes || width > MaxSide || height > MaxSide || width*height > MaxPixels):
		err = ErrImageTooLarge
	case p.err == nil && isArchive(p):
		err = ErrPolyglot
	}
	if p.err != nil {
		err = p.err
	}
	if err != nil {
		return Kind{}, err
	}
	return Kind{contentType, width * height}, nil
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

// isArchive looks for the directory that ends a ZIP, whose comment must reach to the very end
// (APPNOTE 4.3.16). An archive that is attached to a document ends before.
func isArchive(p *probe) bool {
	end := p.last(probeHead)
	for i := len(end) - 22; i >= 0; i-- {
		if string(end[i:i+4]) == "PK\x05\x06" && i+22+int(binary.LittleEndian.Uint16(end[i+20:])) == len(end) {
			return true
		}
	}
	return false
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

// readWebP wants a RIFF container that the file holds whole, and in it a first chunk that is whole
// and begins as its kind does (RFC 9649 sections 2.4 to 2.7 and 3.4; RFC 6386 section 9.1).
func readWebP(p *probe) (width, height int64) {
	b := p.at(0, 20)
	if b == nil || string(b[:4]) != "RIFF" || string(b[8:12]) != "WEBP" {
		return 0, 0
	}
	size, chunk := int64(binary.LittleEndian.Uint32(b[4:]))+8, int64(binary.LittleEndian.Uint32(b[16:]))
	if size > p.size || 20+chunk > size {
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
