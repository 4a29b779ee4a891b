package domain

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"io"
)

// Bounds of what is forgiven in a JPEG.
const (
	maxStray         = 64 << 10   // bytes between segments that belong to none
	maxUnmarked      = 16_000_000 // pixels of a picture whose end mark is missing: it is decoded, which takes up to 200 MB
	markEOI     byte = 0xd9
)

// readJPEG walks the marker segments to the first scan and wants a frame header before it (ITU T.81
// annex B). As libjpeg and browsers do, it passes over bytes between segments and takes a picture
// without EOI, if it is whole. A thumbnail lies within a segment, so its EOI does not make a cut
// photograph whole; what lies behind the picture, such as a telephone's clip, is not looked at.
func readJPEG(p *probe) (width, height int64) {
	if !bytes.Equal(p.at(0, 2), []byte{0xff, 0xd8}) {
		return 0, 0
	}
	progressive := false
	for i, stray := int64(2), 0; ; {
		b := p.at(i, 2)
		if b == nil {
			return 0, 0
		}
		marker := b[1]
		switch {
		case b[0] != 0xff || marker == 0 || marker == 0xff: // a stray or a fill byte
			if stray++; stray > maxStray {
				return 0, 0
			}
			i++
			continue
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd7: // TEM and RST stand alone
			i += 2
			continue
		case marker < 0xc0 || marker == 0xd8 || marker == markEOI:
			return 0, 0
		}
		head := p.at(i, 4)
		if head == nil {
			return 0, 0
		}
		size := int64(binary.BigEndian.Uint16(head[2:]))
		switch {
		case size < 2:
			return 0, 0
		case marker == 0xda: // SOS
			if width == 0 || !p.contains(i+2+size, []byte{0xff, markEOI}) && !wholeWithoutEOI(p, width*height, progressive) {
				return 0, 0
			}
			return width, height
		case marker < 0xd0 && marker != 0xc4 && marker != 0xc8 && marker != 0xcc: // SOF: precision, height, width
			frame := p.at(i+5, 4)
			if frame == nil {
				return 0, 0
			}
			progressive = marker == 0xc2
			height, width = int64(binary.BigEndian.Uint16(frame)), int64(binary.BigEndian.Uint16(frame[2:]))
		}
		i += 2 + size
	}
}

// wholeWithoutEOI reports whether all pixels are there but for the end mark. Only decoding tells,
// and of a progressive picture that takes four times the memory.
func wholeWithoutEOI(p *probe, pixels int64, progressive bool) bool {
	if progressive {
		pixels *= 4
	}
	if p.err != nil || pixels > maxUnmarked || p.size > maxUnmarked {
		return false
	}
	content := p.read(0, p.size)
	if content == nil {
		return false
	}
	_, err := jpeg.Decode(io.MultiReader(bytes.NewReader(content), bytes.NewReader([]byte{0xff, markEOI})))
	return err == nil
}
