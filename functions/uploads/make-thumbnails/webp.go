package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"io"
	"iter"

	"golang.org/x/image/webp"
)

var errNoFrame = errors.New("a WebP without a picture")

// riffChunks are name and data of the chunks in a WebP (RFC 9649 section 2.3).
func riffChunks(content []byte) iter.Seq2[string, []byte] {
	return chunks(content[min(12, len(content)):])
}

func chunks(b []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for len(b) >= 8 {
			size := int64(binary.LittleEndian.Uint32(b[4:]))
			if size > int64(len(b)-8) || !yield(string(b[:4]), b[8:8+size]) {
				return
			}
			b = b[min(int64(len(b)), 8+size+size&1):]
		}
	}
}

// frame is the picture of a WebP, or the first one of an animation: its own chunks alone, and where
// it lies on the canvas.
type frame struct {
	canvas image.Point
	at     image.Point
	data   []byte // a WebP of the one picture
}

// firstFrame needs the size of the canvas from the decoder where the WebP is a simple one.
func firstFrame(content []byte) (f frame, err error) {
	var own []byte
	for name, data := range riffChunks(content) {
		switch name {
		case "VP8X":
			if len(data) >= 10 {
				f.canvas = image.Pt(uint24(data[4:])+1, uint24(data[7:])+1)
			}
		case "ANMF": // RFC 9649 section 2.7.1.1
			if len(data) < 16 {
				return f, errNoFrame
			}
			f.at = image.Pt(uint24(data)*2, uint24(data[3:])*2)
			for name, part := range chunks(data[16:]) {
				own = appendPicture(own, name, part)
			}
		default:
			own = appendPicture(own, name, data)
		}
		if len(own) > 0 && name == "ANMF" {
			break
		}
	}
	if own == nil {
		return f, errNoFrame
	}
	if string(own[:4]) == "ALPH" { // needs the extended form, with the flag of transparency
		size, err := webp.DecodeConfig(bytes.NewReader(riff(afterAlpha(own))))
		if err != nil {
			return f, err
		}
		head := []byte{0x10, 0, 0, 0, byte(size.Width - 1), byte((size.Width - 1) >> 8), byte((size.Width - 1) >> 16), byte(size.Height - 1), byte((size.Height - 1) >> 8), byte((size.Height - 1) >> 16)}
		own = append(chunk("VP8X", head), own...)
	}
	f.data = riff(own)
	return f, nil
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

func appendPicture(own []byte, name string, data []byte) []byte {
	if name == "VP8 " || name == "VP8L" || name == "ALPH" {
		return append(own, chunk(name, data)...)
	}
	return own
}

// afterAlpha leaves out the first chunk.
func afterAlpha(own []byte) []byte {
	size := int(binary.LittleEndian.Uint32(own[4:]))
	return own[min(len(own), 8+size+size&1):]
}

func chunk(name string, data []byte) []byte {
	b := append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data))), data...)
	return append(b, make([]byte, len(data)&1)...)
}

func riff(body []byte) []byte {
	return append(append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body)+4)), "WEBP"...), body...)
}

// decode reads the picture through read, which bounds its time.
func (f frame) decode(read func([]byte) io.Reader) (image.Image, error) {
	m, err := webp.Decode(read(f.data))
	if err != nil {
		return nil, err
	}
	m = limited(m)
	if f.canvas == (image.Point{}) || f.canvas == m.Bounds().Size() {
		return m, nil
	}
	canvas := image.NewNRGBA(image.Rectangle{Max: f.canvas})
	draw.Draw(canvas, m.Bounds().Add(f.at), m, m.Bounds().Min, draw.Src)
	return canvas, nil
}

// limited turns a lossy WebP's colours into RGB: its luma goes from 16 to 235 (RFC 6386 section
// 9.2, and libwebp's integers), while the decoder gives it out as JPEG's, from 0 to 255.
func limited(m image.Image) image.Image {
	var y *image.YCbCr
	alpha := func(int, int) uint8 { return 255 }
	switch m := m.(type) {
	case *image.YCbCr:
		y = m
	case *image.NYCbCrA:
		y = &m.YCbCr
		alpha = func(i, j int) uint8 { return m.A[m.AOffset(i, j)] }
	default:
		return m
	}
	out := image.NewNRGBA(m.Bounds())
	for j := y.Rect.Min.Y; j < y.Rect.Max.Y; j++ {
		for i := y.Rect.Min.X; i < y.Rect.Max.X; i++ {
			luma, chroma := int(y.Y[y.YOffset(i, j)])*19077>>8, y.COffset(i, j)
			u, v := int(y.Cb[chroma]), int(y.Cr[chroma])
			out.SetNRGBA(i, j, color.NRGBA{
				clip(luma + v*26149>>8 - 14234), clip(luma - u*6419>>8 - v*13320>>8 + 8708), clip(luma + u*33050>>8 - 17685), alpha(i, j),
			})
		}
	}
	return out
}

// clip makes a colour of libwebp's numbers with six more bits.
func clip(v int) uint8 { return uint8(min(max(v>>6, 0), 255)) }
