// Package files makes files for tests: right ones of the four types that are accepted, and wrong ones of every kind.
package files

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
)

// File is one file, and the type that its sender claims.
type File struct {
	About, Type string
	Content     []byte
}

// The accepted types.
const (
	JPEGType = "image/jpeg"
	PNGType  = "image/png"
	WebPType = "image/webp"
	PDFType  = "application/pdf"
)

// Picture is a colourful picture.
func Picture(width, height int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = byte(i*37 + i/width)
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	return m
}

// PNG encodes a picture.
func PNG(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// JPEG encodes a picture.
func JPEG(m image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// WebP is a lossless picture of one pixel.
func WebP() []byte { return riff("VP8L", "\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00") }

func riff(chunks ...string) []byte {
	length := func(s string) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) }
	body := "WEBP"
	for i := 0; i < len(chunks); i += 2 {
		body += chunks[i] + length(chunks[i+1]) + chunks[i+1]
		if len(chunks[i+1])%2 == 1 {
			body += "\x00"
		}
	}
	return []byte("RIFF" + length(body) + body)
}

// PDF is an empty document of size bytes, or a little more.
func PDF(version string, size int) []byte {
	head := "%PDF-" + version + "\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n"
	tail := "trailer<</Root 1 0 R/Size 3>>\nstartxref\n0\n%%EOF\n"
	return []byte(head + strings.Repeat(" ", max(0, size-len(head)-len(tail))) + tail)
}

// Segment is a marker segment of a JPEG; Chunk a chunk of a PNG.
func Segment(marker byte, content string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(content)+2)), content...)
}

// Chunk is a chunk of a PNG.
func Chunk(kind, content string) []byte {
	b := append(binary.BigEndian.AppendUint32(nil, uint32(len(content))), kind+content...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// insert puts more into content at a place.
func insert(content []byte, at int, more []byte) []byte {
	return bytes.Join([][]byte{content[:at], more, content[at:]}, nil)
}

// Right are files that must be accepted, at least 50.
func Right() (all []File) {
	add := func(about, kind string, content []byte) { all = append(all, File{about, kind, content}) }
	for i, size := range []int{1, 2, 7, 16, 64, 100, 255, 300} {
		add(fmt.Sprintf("a PNG of %d pixels", size), PNGType, PNG(Picture(size, size)))
		add(fmt.Sprintf("a JPEG of %d pixels", size), JPEGType, JPEG(Picture(size, size+1), 10+i*12))
	}
	gray, paletted := image.NewGray(image.Rect(0, 0, 9, 9)), image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.Black, color.White})
	add("a gray PNG", PNGType, PNG(gray))
	add("a gray JPEG", JPEGType, JPEG(gray, 75))
	add("a PNG with a palette", PNGType, PNG(paletted))
	add("a PNG of 16 bits", PNGType, PNG(image.NewNRGBA64(image.Rect(0, 0, 9, 9))))
	add("a PNG of the greatest width", PNGType, PNG(image.NewGray(image.Rect(0, 0, 16384, 1))))
	add("a JPEG of the greatest height", JPEGType, JPEG(image.NewGray(image.Rect(0, 0, 1, 16384)), 50))
	add("a PNG of 1.5 MB", PNGType, PNG(noise(700, 700)))
	photo := JPEG(Picture(120, 80), 80)
	add("a JPEG with Exif", JPEGType, insert(photo, 2, Segment(0xe1, "Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00")))
	add("a JPEG with a profile of 300 KB before the frame", JPEGType, insert(photo, 2, bytes.Repeat(Segment(0xe2, strings.Repeat("p", 60000)), 5)))
	add("a JPEG with XMP", JPEGType, insert(photo, 2, Segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><rdf:RDF/></x:xmpmeta>")))
	add("a JPEG with fill bytes", JPEGType, insert(photo, 2, []byte{0xff, 0xff, 0xff}))
	add("a JPEG with a telephone's trailer", JPEGType, append(bytes.Clone(photo), "trailer"...))
	add("a JPEG with a clip of 400 KB behind it", JPEGType, append(bytes.Clone(photo), bytes.Repeat([]byte("moov"), 100_000)...))
	add("a PNG with a comment", PNGType, insert(PNG(gray), 33, Chunk("tEXt", "Comment\x00a > b, c < d")))
	add("a WebP", WebPType, WebP())
	add("an extended WebP", WebPType, riff("VP8X", "\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00", "VP8L", string(WebP()[20:])))
	add("a lossy WebP", WebPType, riff("VP8 ", "\x30\x01\x00\x9d\x01\x2a\x01\x00\x01\x00"+strings.Repeat("\x00", 14)))
	for _, version := range []string{"1.0", "1.3", "1.4", "1.5", "1.6", "1.7", "2.0"} {
		add("a PDF of version "+version, PDFType, PDF(version, 0))
	}
	for size := 1 << 10; size <= 2<<20; size *= 3 {
		add(fmt.Sprintf("a PDF of %d bytes", size), PDFType, PDF("1.7", size))
	}
	all = append(all, odd()...)
	for len(all) < 100 {
		add(fmt.Sprintf("one more JPEG, %d", len(all)), JPEGType, JPEG(Picture(30+len(all), 20), 60))
	}
	return all
}

// noise does not compress.
func noise(width, height int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	x := uint32(1)
	for i := range m.Pix {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		m.Pix[i] = byte(x)
	}
	return m
}

func gifFile() []byte {
	var b bytes.Buffer
	if err := gif.Encode(&b, Picture(9, 9), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Large is a PNG that says it is so large. It has one pixel's bytes: nobody decodes it.
func Large(width, height uint32) []byte {
	size := string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height))
	return append(append([]byte("\x89PNG\r\n\x1a\n"), Chunk("IHDR", size+"\x08\x06\x00\x00\x00")...), PNG(Picture(1, 1))[33:]...)
}
