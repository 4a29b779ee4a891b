package main

import (
	"encoding/binary"
	"math"
)

// colours tells what a picture's numbers mean: it turns red, green and blue of its own space, 0 to
// 1, into those of sRGB. nil: they are sRGB's already.
type colours func(rgb [3]float64) [3]float64

// curve makes light of a number, both 0 to 1.
type curve func(float64) float64

// fromD50 makes linear sRGB of the colours that profiles speak of (IEC 61966-2-1, adapted to D50 as
// ICC.1:2022 annex E says).
var fromD50 = inverse(matrix{{0.43606567, 0.38514709, 0.14306641}, {0.22248840, 0.71687317, 0.06060791}, {0.01391602, 0.09707642, 0.71409607}})

type matrix [3][3]float64

func (m matrix) times(v [3]float64) (out [3]float64) {
	for i, row := range m {
		out[i] = row[0]*v[0] + row[1]*v[1] + row[2]*v[2]
	}
	return out
}

func inverse(m matrix) (out matrix) {
	minor := func(i, j int) float64 { // of the transposed matrix, with its sign
		a, b, c, d := (j+1)%3, (j+2)%3, (i+1)%3, (i+2)%3
		return m[a][c]*m[b][d] - m[a][d]*m[b][c]
	}
	det := m[0][0]*minor(0, 0) + m[0][1]*minor(1, 0) + m[0][2]*minor(2, 0)
	for i := range out {
		for j := range out[i] {
			out[i][j] = minor(i, j) / det
		}
	}
	return out
}

// encode is sRGB's curve from light to number.
func encode(light float64) float64 {
	switch {
	case light <= 0:
		return 0
	case light >= 1:
		return 1
	case light <= 0.0031308:
		return 12.92 * light
	}
	return 1.055*math.Pow(light, 1/2.4) - 0.055
}

// byMatrix are the colours of three curves and three primaries in D50's XYZ.
func byMatrix(curves [3]curve, primaries matrix) colours {
	return func(rgb [3]float64) [3]float64 {
		for i, c := range curves {
			rgb[i] = c(rgb[i])
		}
		rgb = fromD50.times(primaries.times(rgb))
		for i, light := range rgb {
			rgb[i] = encode(light)
		}
		return rgb
	}
}

// profile reads an ICC profile of three curves and a matrix, or of one curve for grays (ICC.1:2022,
// sections 7.2, 8.3 and 9.2). Those by table, as printers have them, are nil: the picture is shown
// as if it had none.
func profile(icc []byte) colours {
	if len(icc) < 132 || string(icc[36:40]) != "acsp" || string(icc[20:24]) != "XYZ " {
		return nil
	}
	tags := map[string][]byte{}
	for i, n := 132, int(binary.BigEndian.Uint32(icc[128:])); n > 0 && i+12 <= len(icc); i, n = i+12, n-1 {
		from, size := uint64(binary.BigEndian.Uint32(icc[i+4:])), uint64(binary.BigEndian.Uint32(icc[i+8:]))
		if from+size <= uint64(len(icc)) {
			tags[string(icc[i:i+4])] = icc[from : from+size]
		}
	}
	if string(icc[16:20]) == "GRAY" {
		gray := curveOf(tags["kTRC"])
		if gray == nil {
			return nil
		}
		return func(rgb [3]float64) [3]float64 {
			for i := range rgb {
				rgb[i] = encode(gray(rgb[i]))
			}
			return rgb
		}
	}
	curves := [3]curve{curveOf(tags["rTRC"]), curveOf(tags["gTRC"]), curveOf(tags["bTRC"])}
	var primaries matrix
	for column, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		tag := tags[name]
		if len(tag) < 20 || curves[column] == nil {
			return nil
		}
		for row := range primaries {
			primaries[row][column] = fixed(tag[8+4*row:])
		}
	}
	return byMatrix(curves, primaries)
}

// fixed is a number of type s15Fixed16.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// curveOf reads curveType and parametricCurveType (ICC.1:2022, sections 10.6 and 10.18); nil for
// all else.
func curveOf(tag []byte) curve {
	if len(tag) < 12 {
		return nil
	}
	switch string(tag[:4]) {
	case "curv":
		n := int(binary.BigEndian.Uint32(tag[8:]))
		points := tag[12:]
		switch {
		case n == 0:
			return func(x float64) float64 { return x }
		case n < 0 || len(points)/2 < n:
			return nil
		case n == 1:
			gamma := float64(binary.BigEndian.Uint16(points)) / 256
			return func(x float64) float64 { return math.Pow(x, gamma) }
		}
		return func(x float64) float64 {
			at := min(max(x, 0), 1) * float64(n-1)
			i := min(int(at), n-2)
			low, high := float64(binary.BigEndian.Uint16(points[2*i:])), float64(binary.BigEndian.Uint16(points[2*i+2:]))
			return (low + (high-low)*(at-float64(i))) / 65535
		}
	case "para":
		return parametric(int(binary.BigEndian.Uint16(tag[8:])), tag[12:])
	}
	return nil
}

// parametric is Y = (aX+b)^g + e for X >= d, else cX + f, of which the kinds leave out some.
func parametric(kind int, numbers []byte) curve {
	count := map[int]int{0: 1, 1: 3, 2: 4, 3: 5, 4: 7}[kind]
	if count == 0 || len(numbers) < 4*count {
		return nil
	}
	p := make([]float64, count)
	for i := range p {
		p[i] = fixed(numbers[4*i:])
	}
	g, a, b, c, d, e, f := p[0], 1.0, 0.0, 0.0, math.Inf(-1), 0.0, 0.0
	switch kind {
	case 1:
		a, b, d = p[1], p[2], -p[2]/p[1]
	case 2:
		a, b, d, e, f = p[1], p[2], -p[2]/p[1], p[3], p[3]
	case 3:
		a, b, c, d = p[1], p[2], p[3], p[4]
	case 4:
		a, b, c, d, e, f = p[1], p[2], p[3], p[4], p[5], p[6]
	}
	return func(x float64) float64 {
		if x >= d {
			return math.Pow(max(a*x+b, 0), g) + e
		}
		return c*x + f
	}
}
