package main

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"

	"lyceum/local/localtest/files"
)

// plain is a picture of one colour, with a chunk of PNG before its pixels.
func plain(c color.Color, chunks ...[]byte) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, 32, 32))
	for y := range 32 {
		for x := range 32 {
			m.Set(x, y, c)
		}
	}
	whole := files.PNG(m)
	return bytes.Join(append(append([][]byte{whole[:33]}, chunks...), whole[33:]), nil)
}

// icc is a profile of three primaries in D50 and one curve.
func icc(primaries [9]float64, curve []byte) []byte {
	var tags, data []byte
	add := func(name string, content []byte) {
		tags = append(tags, name...)
		tags = binary.BigEndian.AppendUint32(tags, uint32(128+4+6*12+len(data)))
		tags = binary.BigEndian.AppendUint32(tags, uint32(len(content)))
		data = append(data, content...)
	}
	for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		xyz := []byte("XYZ \x00\x00\x00\x00")
		for k := range 3 {
			xyz = binary.BigEndian.AppendUint32(xyz, uint32(int32(math.Round(primaries[3*i+k]*65536))))
		}
		add(name, xyz)
	}
	for _, name := range []string{"rTRC", "gTRC", "bTRC"} {
		add(name, curve)
	}
	head := make([]byte, 128)
	copy(head[16:], "RGB XYZ ")
	copy(head[36:], "acsp")
	return append(append(binary.BigEndian.AppendUint32(head, 6), tags...), data...)
}

func s15(numbers ...float64) (b []byte) {
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(n*65536))))
	}
	return b
}

var (
	displayP3 = icc([9]float64{0.515102, 0.241196, -0.001053, 0.291965, 0.692236, 0.041882, 0.157153, 0.066566, 0.784042},
		append([]byte("para\x00\x00\x00\x00\x00\x03\x00\x00"), s15(2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)...))
	adobeRGB = icc([9]float64{0.609741, 0.311111, 0.019470, 0.205276, 0.625671, 0.060867, 0.149185, 0.063217, 0.744568},
		[]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33"))
)

func iccp(profile []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(profile)
	_ = w.Close()
	return files.Chunk("iCCP", "p\x00\x00"+b.String())
}

// seen is the colour of a thumbnail at a place, of 64 pixels.
func seen(t testing.TB, content []byte, x, y int) [3]int {
	t.Helper()
	made, err := thumbnailsOf(t.Context(), content)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(made[64]))
	if err != nil {
		t.Fatal(err)
	}
	r, g, b, _ := m.At(x, y).RGBA()
	return [3]int{int(r >> 8), int(g >> 8), int(b >> 8)}
}

func near(a, b [3]int) bool {
	for i := range a {
		if d := a[i] - b[i]; d < -2 || d > 2 {
			return false
		}
	}
	return true
}

// The right sides are what Chromium's canvas gives for color(display-p3 …) and color(a98-rgb …).
func TestProfilesAreShownAsBrowsersShowThem(t *testing.T) {
	t.Parallel()
	type pair struct{ in, want [3]int }
	for name, c := range map[string]struct {
		profile []byte
		pairs   []pair
	}{
		"Display P3": {displayP3, []pair{{[3]int{200, 100, 50}, [3]int{215, 93, 31}}, {[3]int{60, 180, 90}, [3]int{0, 183, 78}}, {[3]int{40, 80, 160}, [3]int{22, 81, 166}}, {[3]int{128, 128, 128}, [3]int{128, 128, 128}}}},
		"Adobe RGB":  {adobeRGB, []pair{{[3]int{200, 100, 50}, [3]int{227, 100, 42}}, {[3]int{60, 180, 90}, [3]int{0, 181, 83}}, {[3]int{40, 80, 160}, [3]int{0, 79, 164}}, {[3]int{255, 255, 255}, [3]int{255, 255, 255}}}},
	} {
		for _, p := range c.pairs {
			from := color.NRGBA{uint8(p.in[0]), uint8(p.in[1]), uint8(p.in[2]), 255}
			if got := seen(t, plain(from, iccp(c.profile)), 32, 32); !near(got, p.want) {
				t.Errorf("%s in a PNG: %v is seen as %v, want %v", name, p.in, got, p.want)
			}
			m := image.NewUniform(from)
			whole := files.JPEG(&image.NRGBA{Pix: bytes.Repeat([]byte{from.R, from.G, from.B, 255}, 32*32), Stride: 128, Rect: image.Rect(0, 0, 32, 32)}, 100)
			half := len(c.profile) / 2
			segments := append(files.Segment(0xe2, "ICC_PROFILE\x00\x02\x02"+string(c.profile[half:])), files.Segment(0xe2, "ICC_PROFILE\x00\x01\x02"+string(c.profile[:half]))...)
			if got := seen(t, withSegment(whole, segments), 32, 32); !near(got, p.want) {
				t.Errorf("%s in a JPEG, in two parts: %v is seen as %v, want %v", name, m.C, got, p.want)
			}
		}
	}
}

func TestABrokenProfileIsNoProfile(t *testing.T) {
	t.Parallel()
	c := color.NRGBA{200, 100, 50, 255}
	for n := 0; n < len(displayP3); n += 7 {
		if got := seen(t, plain(c, iccp(displayP3[:n])), 32, 32); !near(got, [3]int{200, 100, 50}) && !near(got, [3]int{215, 93, 31}) {
			t.Errorf("%d bytes of a profile: %v", n, got)
		}
	}
}

func TestGammaOfPNGIsTaken(t *testing.T) {
	t.Parallel()
	gama := files.Chunk("gAMA", "\x00\x01\x86\xa0") // 1.0: the numbers are light
	if got := seen(t, plain(color.Gray{55}, gama), 32, 32); !near(got, [3]int{128, 128, 128}) {
		t.Errorf("linear 55 is seen as %v, want 128", got)
	}
	if got := seen(t, plain(color.Gray{55}, gama, files.Chunk("sRGB", "\x00")), 32, 32); !near(got, [3]int{55, 55, 55}) {
		t.Errorf("sRGB 55 is seen as %v", got)
	}
}

// A PNG says by eXIf how it was held (PNG specification, third edition, section 11.3.4.2).
func TestAPNGIsTurnedAsItsExifSays(t *testing.T) {
	t.Parallel()
	whole := files.PNG(quarters())
	for value, want := range []string{1: "RGBK", 2: "GRKB", 3: "KBGR", 4: "BKRG", 5: "RBGK", 6: "BRKG", 7: "KGBR", 8: "GKRB"} {
		if value == 0 {
			continue
		}
		tiff := exif(binary.BigEndian, uint16(value))[10:]
		turned := bytes.Join([][]byte{whole[:33], files.Chunk("eXIf", string(tiff)), whole[33:]}, nil)
		got, err := thumbnailsOf(t.Context(), turned)
		if err != nil {
			t.Fatal(err)
		}
		if names := corners(t, got[64]); names != want {
			t.Errorf("orientation %d: %s, want %s", value, names, want)
		}
	}
}

// Made by cwebp and img2webp 1.2 of four squares, #101010 the first; the numbers are what dwebp
// reads of them, and Chromium shows.
const (
	lossyWebP    = "UklGRn4AAABXRUJQVlA4IHIAAACwBgCdASpAAEAAPjEUiUKiISEXDbRwIAMEoIcAGVhIL8r/ADWoeLfgx+zP9m5AI79Bbb+FIYsUarhvKoPmwAD+6nlBfUpplbg3DHpaGtUP0EgtYfZA5w7PCm3rpjC/t1/TtWTT9sJee36kt8nz48AAAAA="
	animatedWebP = "UklGRhoBAABXRUJQVlA4WAoAAAACAAAAPwAAPwAAQU5JTQYAAAD/////AABBTk1GigAAAAAAAAAAAD8AAD8AAGQAAAJWUDggcgAAALAGAJ0BKkAAQAA+MRSJQqIhIRcNtHAgAwSghwAZWEgvyv8ANah4t+DH7M/2bkAjv0Ftv4UhixRquG8qg+bAAP7qeUF9SmmVuDcMeloa1Q/QSC1h9kDnDs8KbeumML+3X9O1ZNP2wl57fqS3yfPjwAAAAEFOTUZcAAAAAAAAAAAAPwAAPwAAZAAAAFZQOCBEAAAAtAMAnQEqQABAAD4xFohEAiAAAGCWkAdgD8AP0AACXm03zCr7zLAA/uyXj//9Ezkc73f9E1///bkPL8Kn/7gCAAAAAAA="
)

func TestALossyWebPKeepsItsColoursAndAnAnimationShowsItsFirstPicture(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"lossy": lossyWebP, "animated": animatedWebP} {
		content, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(name)
		for _, c := range []struct {
			x, y int
			want [3]int
		}{{8, 8, [3]int{16, 16, 16}}, {56, 8, [3]int{225, 64, 32}}, {8, 56, [3]int{31, 95, 192}}, {56, 56, [3]int{48, 160, 63}}} {
			if is := seen(t, content, c.x, c.y); !near(is, c.want) {
				t.Errorf("%s at %d, %d: %v, want %v", got, c.x, c.y, is, c.want)
			}
		}
	}
}

func FuzzMetadata(f *testing.F) {
	lossy, _ := base64.StdEncoding.DecodeString(lossyWebP)
	animated, _ := base64.StdEncoding.DecodeString(animatedWebP)
	for _, content := range [][]byte{lossy, animated, plain(color.Black, iccp(displayP3)), plain(color.White, files.Chunk("gAMA", "\x00\x00\x00\x01"), files.Chunk("cHRM", string(make([]byte, 32)))), displayP3} {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, format := range []string{"jpeg", "png", "webp"} {
			how := metadataOf(format, content)
			if how.orientation < 1 || how.orientation > 8 {
				t.Errorf("orientation %d", how.orientation)
			}
			if how.colours != nil {
				how.colours([3]float64{0, 0.5, 1})
			}
		}
		_, _ = firstFrame(content)
		if c := profile(content); c != nil {
			c([3]float64{0, 0.5, 1})
		}
	})
}
