package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"lyceum/shared/domain"
)

// What a picture may ask of a decoder.
const (
	maxPixels = domain.MaxAvatarPixels // a phone takes so large ones; MemorySize of template.yaml follows from it
	maxScans  = 100                    // of a progressive JPEG; usual are ten. Each goes over all pixels, and can be a few bytes
)

var (
	errPixels = errors.New("too many pixels")
	errScans  = errors.New("too many scans")
)

// thumbnailsOf cuts the middle of a picture to squares of domain.ThumbnailSizes, turned and
// coloured as browsers show it, what is transparent in white: JPEG in sRGB without any of the
// picture's metadata. An error is the picture's fault, or ctx's end.
func thumbnailsOf(ctx context.Context, content []byte) (map[int][]byte, error) {
	picture, how, err := decode(ctx, content)
	if err != nil {
		return nil, err
	}
	side := min(picture.Bounds().Dx(), picture.Bounds().Dy())
	middle := image.Rect(0, 0, side, side).Add(picture.Bounds().Min).Add(image.Pt((picture.Bounds().Dx()-side)/2, (picture.Bounds().Dy()-side)/2))
	largest := scale(picture, middle, domain.ThumbnailSizes[len(domain.ThumbnailSizes)-1])
	onWhite(largest, how.colours)
	largest = turn(largest, how.orientation)
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
	draw.CatmullRom.Scale(out, out.Bounds(), m, part, draw.Src, nil)
	return out
}

// onWhite makes sRGB of a picture and lays it on white.
func onWhite(m *image.RGBA, c colours) {
	known := map[[3]uint8][3]float64{} // most pictures have far fewer colours than pixels
	for i := 0; i < len(m.Pix); i += 4 {
		p := m.Pix[i : i+4 : i+4]
		alpha := float64(p[3])
		if c != nil && alpha > 0 {
			at := [3]uint8(p)
			rgb, ok := known[at]
			if !ok || alpha < 255 {
				rgb = c([3]float64{float64(p[0]) / alpha, float64(p[1]) / alpha, float64(p[2]) / alpha})
			}
			if alpha == 255 {
				known[at] = rgb
			}
			for k := range rgb {
				p[k] = uint8(math.Round(rgb[k] * alpha))
			}
		}
		for k := range 3 {
			p[k] += 255 - p[3]
		}
		p[3] = 255
	}
}

// decode bounds memory by the size that the header says, and time by reading in pieces: a decoder
// that gets no more gives up.
func decode(ctx context.Context, content []byte) (m image.Image, how metadata, err error) {
	defer func() {
		if p := recover(); p != nil { // a decoder's mistake about a hostile file
			err = fmt.Errorf("decoder: %v", p)
		}
	}()
	read := func(b []byte) io.Reader { return &pieces{ctx, b} }
	if bytes.HasPrefix(content, []byte("RIFF")) {
		return decodeWebP(content, read)
	}
	header, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err == nil {
		err = bounded(header)
	}
	if err != nil {
		return nil, how, err
	}
	if format == "jpeg" {
		scans := 0
		if content, scans = picture(content); scans > maxScans {
			return nil, how, errScans
		}
	}
	m, _, err = image.Decode(read(content))
	return m, metadataOf(format, content), err
}

func decodeWebP(content []byte, read func([]byte) io.Reader) (m image.Image, how metadata, err error) {
	f, err := firstFrame(content)
	if err != nil {
		return nil, how, err
	}
	header, err := webp.DecodeConfig(bytes.NewReader(f.data))
	if err == nil {
		err = errors.Join(bounded(header), bounded(image.Config{Width: f.canvas.X, Height: f.canvas.Y}))
	}
	if err != nil {
		return nil, how, err
	}
	m, err = f.decode(read)
	return m, metadataOf("webp", content), err
}

func bounded(header image.Config) error {
	if int64(header.Width)*int64(header.Height) > maxPixels {
		return errPixels
	}
	return nil
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
