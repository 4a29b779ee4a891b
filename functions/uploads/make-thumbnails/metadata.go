package main

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"encoding/binary"
	"io"
	"iter"
	"math"
	"slices"
)

// maxProfile bounds a profile that is packed. The largest known have 4 MB.
const maxProfile = 8 << 20

// metadata tells how a picture's pixels are to be shown.
type metadata struct {
	orientation int     // 1 to 8, after Exif; 1 is upright
	colours     colours // nil: sRGB
}

func metadataOf(format string, content []byte) metadata {
	m := metadata{orientation: 1}
	switch format {
	case "jpeg":
		m.ofJPEG(content)
	case "png":
		m.ofPNG(content)
	case "webp":
		for name, data := range riffChunks(content) {
			if name == "ICCP" {
				m.colours = profile(data)
			}
		}
	}
	return m
}

// ofJPEG reads Exif, and a profile that may be cut to several segments (ICC.1:2022, annex B.4).
func (m *metadata) ofJPEG(content []byte) {
	type part struct {
		number byte
		data   []byte
	}
	var parts []part
	for marker, data := range segments(content) {
		if tiff, ok := bytes.CutPrefix(data, []byte("Exif\x00\x00")); ok && marker == 0xe1 && m.orientation == 1 {
			m.orientation = firstDirectory(tiff)
		}
		if icc, ok := bytes.CutPrefix(data, []byte("ICC_PROFILE\x00")); ok && marker == 0xe2 && len(icc) > 2 {
			parts = append(parts, part{icc[0], icc[2:]})
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.number, b.number) })
	var icc []byte
	for _, p := range parts {
		icc = append(icc, p.data...)
	}
	m.colours = profile(icc)
}

// ofPNG reads the chunks that tell colours, the better ones first, and Exif (PNG specification,
// third edition, sections 4.3 and 11.3).
func (m *metadata) ofPNG(content []byte) {
	found := map[string][]byte{}
	for name, data := range pngChunks(content) {
		if found[name] == nil {
			found[name] = data
		}
	}
	if tiff := found["eXIf"]; tiff != nil {
		m.orientation = firstDirectory(tiff)
	}
	if icc := found["iCCP"]; icc != nil {
		if _, packed, ok := bytes.Cut(icc, []byte{0}); ok && len(packed) > 1 {
			if r, err := zlib.NewReader(bytes.NewReader(packed[1:])); err == nil {
				if plain, err := io.ReadAll(io.LimitReader(r, maxProfile)); err == nil {
					m.colours = profile(plain)
				}
			}
		}
		if m.colours != nil {
			return
		}
	}
	if gama := found["gAMA"]; found["sRGB"] == nil && len(gama) == 4 {
		m.colours = gamma(binary.BigEndian.Uint32(gama), found["cHRM"])
	}
}

// gamma are the colours of PNG's gAMA and cHRM.
func gamma(file uint32, chrm []byte) colours {
	if file == 0 {
		return nil
	}
	power := func(x float64) float64 { return math.Pow(x, 100_000/float64(file)) }
	primaries := inverse(fromD50) // sRGB's
	if len(chrm) == 32 {
		var xy [8]float64 // white, red, green, blue
		for i := range xy {
			xy[i] = float64(binary.BigEndian.Uint32(chrm[4*i:])) / 100_000
		}
		if xy[1] == 0 || xy[3] == 0 || xy[5] == 0 || xy[7] == 0 {
			return nil
		}
		primaries = chromaticities(xy)
	}
	return byMatrix([3]curve{power, power, power}, primaries)
}

// chromaticities makes primaries in D50 of those that cHRM tells, by Bradford's adaptation
// (ICC.1:2022, annex E).
func chromaticities(xy [8]float64) matrix {
	xyz := func(i int) [3]float64 { return [3]float64{xy[i] / xy[i+1], 1, (1 - xy[i] - xy[i+1]) / xy[i+1]} }
	white := xyz(0)
	var m matrix
	for column := range 3 {
		for row, v := range xyz(2 + 2*column) {
			m[row][column] = v
		}
	}
	scale := inverse(m).times(white)
	for row := range m {
		for column := range m[row] {
			m[row][column] *= scale[column]
		}
	}
	cone := matrix{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}
	from, to := cone.times(white), cone.times([3]float64{0.9642, 1, 0.8249})
	var adapt matrix
	for row := range adapt {
		for column := range adapt[row] {
			adapt[row][column] = cone[row][column] * to[row] / from[row]
		}
	}
	back := inverse(cone)
	product := func(a, b matrix) (out matrix) {
		for row := range out {
			for column := range out[row] {
				for k := range 3 {
					out[row][column] += a[row][k] * b[k][column]
				}
			}
		}
		return out
	}
	return product(product(back, adapt), m)
}

// pngChunks are name and data of a PNG's chunks.
func pngChunks(content []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for i := 8; i+12 <= len(content); {
			end := i + 8 + int(binary.BigEndian.Uint32(content[i:]))
			if end+4 > len(content) || !yield(string(content[i+4:i+8]), content[i+8:end]) {
				return
			}
			i = end + 4
		}
	}
}
