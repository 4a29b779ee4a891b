package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"lyceum/local/localtest/files"
)

// quarters is a square of red, green, blue and black, from the top left, by rows.
func quarters() *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for y := range 64 {
		for x := range 64 {
			m.Set(x, y, palette[x/32+y/32*2])
		}
	}
	return m
}

var palette = []color.Color{color.RGBA{255, 0, 0, 255}, color.RGBA{0, 255, 0, 255}, color.RGBA{0, 0, 255, 255}, color.Black}

// exif is a segment with an orientation.
func exif(order binary.AppendByteOrder, value uint16) []byte {
	tiff := "II"
	if order == binary.BigEndian {
		tiff = "MM"
	}
	b := order.AppendUint32(order.AppendUint16([]byte(tiff), 42), 8)
	b = order.AppendUint16(order.AppendUint16(order.AppendUint16(b, 2), 0x0100), 3) // two entries, the width first
	b = order.AppendUint32(order.AppendUint32(b, 1), 7)
	b = order.AppendUint16(order.AppendUint16(b, 0x0112), 3)
	b = order.AppendUint16(order.AppendUint16(order.AppendUint32(b, 1), value), 0)
	return files.Segment(0xe1, "Exif\x00\x00"+string(order.AppendUint32(b, 0)))
}

func withSegment(photo, segment []byte) []byte {
	return bytes.Join([][]byte{photo[:2], files.Segment(0xe0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"), segment, photo[2:]}, nil)
}

// corners names the colours of a thumbnail's corners, by rows.
func corners(t testing.TB, thumbnail []byte) (names string) {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(thumbnail))
	if err != nil {
		t.Fatal(err)
	}
	n := m.Bounds().Dx()
	for _, p := range []image.Point{{n / 4, n / 4}, {n * 3 / 4, n / 4}, {n / 4, n * 3 / 4}, {n * 3 / 4, n * 3 / 4}} {
		r, g, b, _ := m.At(p.X, p.Y).RGBA()
		switch {
		case r > 0xc000 && g > 0xc000 && b > 0xc000:
			names += "W"
		case r > 0xc000:
			names += "R"
		case g > 0xc000:
			names += "G"
		case b > 0xc000:
			names += "B"
		default:
			names += "K"
		}
	}
	return names
}

// The eight orientations after Exif 2.32: where the stored first row and first column are seen.
func TestThumbnailsAreTurnedAsExifSays(t *testing.T) {
	t.Parallel()
	photo := files.JPEG(quarters(), 95)
	for value, want := range map[uint16]string{1: "RGBK", 2: "GRKB", 3: "KBGR", 4: "BKRG", 5: "RBGK", 6: "BRKG", 7: "KGBR", 8: "GKRB", 0: "RGBK", 9: "RGBK", 65535: "RGBK"} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian}[value%2:] { // odd ones in one order alone
			got, err := thumbnailsOf(t.Context(), withSegment(photo, exif(order, value)))
			if err != nil {
				t.Fatal(err)
			}
			for size, thumbnail := range got {
				if names := corners(t, thumbnail); names != want {
					t.Errorf("orientation %d, %s, %d pixels: %s, want %s", value, order, size, names, want)
				}
				if bytes.Contains(thumbnail, []byte("Exif")) {
					t.Errorf("the thumbnail has the picture's metadata")
				}
			}
		}
	}
}

func TestTheMiddleIsCutOutAndTransparencyIsWhite(t *testing.T) {
	t.Parallel()
	wide := image.NewRGBA(image.Rect(10, 20, 10+192, 20+64)) // transparent but for the middle
	for y := range 64 {
		for x := range 64 {
			if x < 32 || y < 32 {
				wide.Set(10+64+x, 20+y, quarters().At(x, y))
			}
		}
	}
	got, err := thumbnailsOf(t.Context(), files.PNG(wide))
	if err != nil {
		t.Fatal(err)
	}
	if names := corners(t, got[64]); names != "RGBW" {
		t.Errorf("got %s, want RGBW", names)
	}
}

func TestBombsAreRefusedBeforeTheyAreDecoded(t *testing.T) {
	t.Parallel()
	head := append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 7072), 7072), 8, 6, 0, 0, 0)
	png := bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), files.Chunk("IHDR", string(head)), files.Chunk("IDAT", ""), files.Chunk("IEND", "")}, nil)
	if _, err := thumbnailsOf(t.Context(), png); !errors.Is(err, errPixels) {
		t.Errorf("more than 50 million pixels: %v", err)
	}
	photo := files.JPEG(quarters(), 80)
	scan := bytes.Index(photo, []byte{0xff, 0xda})
	many := bytes.Join([][]byte{photo[:scan], bytes.Repeat(photo[scan:len(photo)-2], 101), photo[len(photo)-2:]}, nil)
	if _, err := thumbnailsOf(t.Context(), many); !errors.Is(err, errScans) {
		t.Errorf("101 scans: %v", err)
	}
	late, end := context.WithCancel(t.Context())
	end()
	if _, err := thumbnailsOf(late, photo); err == nil {
		t.Error("out of time, and still decoded")
	}
}

func TestEveryKindOfPictureHasThumbnails(t *testing.T) {
	t.Parallel()
	for _, f := range files.Right() {
		if f.Type == files.PDFType || f.About == "a lossy WebP" { // whose frame has a header alone
			continue
		}
		got, err := thumbnailsOf(t.Context(), f.Content)
		if err != nil || len(got) != 3 {
			t.Errorf("%s: %d thumbnails, %v", f.About, len(got), err)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	photo := files.JPEG(quarters(), 50)
	f.Add(photo)
	f.Add(withSegment(photo, exif(binary.BigEndian, 6)))
	f.Add(withSegment(photo, exif(binary.LittleEndian, 6))[:40])
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00*\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if got := metadataOf("jpeg", content).orientation; got < 1 || got > 8 {
			t.Error(fmt.Sprint("orientation ", got))
		}
	})
}
