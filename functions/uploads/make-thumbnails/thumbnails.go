package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"

	"lyceum/shared/domain"
)

// What a picture may ask of a decoder.
const (
	maxPixels = 50_000_000 // a phone takes so large ones; MemorySize of template.yaml follows from it
	maxScans  = 100        // of a progressive JPEG; usual are ten. Each goes over all pixels, and can be a few bytes
)

var (
	errPixels = errors.New("too many pixels")
	errScans  = errors.New("too many scans")
)

// thumbnailsOf cuts the middle of a picture to squares of domain.ThumbnailSizes, turned as its camera was held, what is transparent in
// white: JPEG without any of the picture's metadata. An error is the picture's fault, or ctx's end.
func thumbnailsOf(ctx context.Context, content []byte) (map[int][]byte, error) {
	picture, err := decode(ctx, content)
	if err != nil {
		return nil, err
	}
	side := min(picture.Bounds().Dx(), picture.Bounds().Dy())
	middle := image.Rect(0, 0, side, side).Add(picture.Bounds().Min).Add(image.Pt((picture.Bounds().Dx()-side)/2, (picture.Bounds().Dy()-side)/2))
	largest := turn(scale(picture, middle, domain.ThumbnailSizes[len(domain.ThumbnailSizes)-1]), orientation(content))
	thumbnails := map[int][]byte{}
	for _, size := range domain.ThumbnailSizes {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, scale(largest, largest.Bounds(), size), &jpeg.Options{Quality: 85}); err != nil {
			return nil, err
		}
		thumbnails[size] = b.Bytes()
	}
	return thumbnails, nil
}

func scale(m image.Image, part image.Rectangle, side int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(out, out.Bounds(), m, part, draw.Over, nil)
	return out
}

// decode bounds memory by the size that the header says, and time by reading in pieces: a decoder that gets no more gives up.
func decode(ctx context.Context, content []byte) (m image.Image, err error) {
	header, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	if int64(header.Width)*int64(header.Height) > maxPixels {
		return nil, errPixels
	}
	if format == "jpeg" {
		scans := 0
		if content, scans = picture(content); scans > maxScans {
			return nil, errScans
		}
	}
	defer func() {
		if p := recover(); p != nil { // a decoder's mistake about a hostile file
			err = fmt.Errorf("decoder: %v", p)
		}
	}()
	m, _, err = image.Decode(&pieces{ctx, content})
	return m, err
}

type pieces struct {
	ctx  context.Context
	left []byte
}

func (p *pieces) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := bytes.NewReader(p.left).Read(b[:min(len(b), 512)])
	p.left = p.left[n:]
	return n, err
}

// turn undoes an orientation of Exif: where each pixel comes from, in a square.
func turn(m *image.RGBA, orientation int) *image.RGBA {
	if orientation == 1 {
		return m
	}
	last, out := m.Bounds().Dx()-1, image.NewRGBA(m.Bounds())
	for y := range last + 1 {
		for x := range last + 1 {
			from := [...]image.Point{2: {last - x, y}, 3: {last - x, last - y}, 4: {x, last - y}, 5: {y, x}, 6: {y, last - x}, 7: {last - y, last - x}, 8: {last - y, x}}[orientation]
			out.SetRGBA(x, y, m.RGBAAt(from.X, from.Y))
		}
	}
	return out
}
