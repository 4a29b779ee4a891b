package files

import (
	"bytes"
	"fmt"
	"image"
	"strings"
)

// odd are files that every viewer opens though they are not as a textbook wants them: words of
// pages and scripts in them, something before or behind them, no end mark.
func odd() (all []File) {
	add := func(about, kind string, content ...[]byte) {
		all = append(all, File{about, kind, bytes.Join(content, nil)})
	}
	photo, pngs, webp, pdf := JPEG(Picture(40, 40), 80), PNG(Picture(40, 40)), WebP(), PDF("1.7", 400)
	for about, words := range map[string]string{
		"a script": "<script>alert(1)</script>", "the word <body>": "how to write <body> tags", "a page": "<!DOCTYPE html><html></html>", "PHP": "<?php system('id') ?>",
		"SVG": `<svg xmlns="http://www.w3.org/2000/svg"/>`, "a frame": "<iframe src=x>",
	} {
		add("a JPEG whose description has "+about, JPEGType, insert(photo, 2, Segment(0xfe, words)))
		add("a JPEG whose Exif has "+about, JPEGType, insert(photo, 2, Segment(0xe1, "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00"+words)))
		add("a PNG whose comment has "+about, PNGType, insert(pngs, 33, Chunk("tEXt", "Comment\x00"+words)))
		add("a PNG whose comment has, after 50 KB, "+about, PNGType, insert(pngs, 33, Chunk("tEXt", "Comment\x00"+strings.Repeat("a", 50_000)+words)))
		add("a WebP whose metadata have "+about, WebPType, riff("VP8X", "\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00", "VP8L", string(webp[20:]), "XMP ", words))
		add("a PDF whose title has "+about, PDFType, bytes.Replace(pdf, []byte("2 0 obj"), []byte("3 0 obj<</Title("+words+")>>endobj\n2 0 obj"), 1))
		for _, right := range []File{{"a JPEG", JPEGType, photo}, {"a PNG", PNGType, pngs}, {"a WebP", WebPType, webp}, {"a PDF", PDFType, pdf}} {
			add(right.About+" behind which stands "+about, right.Type, right.Content, []byte(words))
		}
	}
	for about, lead := range map[string]string{
		"a byte-order mark": "\ufeff", "a line break": "\r\n", "blanks": strings.Repeat(" ", 200), "zeros": strings.Repeat("\x00", 128),
		"a job of a printer": "\x1b%-12345X@PJL JOB NAME=\"a\"\r\n@PJL ENTER LANGUAGE=PDF\r\n", "a line of words": "Content of message 1:\n", "1,024 bytes": strings.Repeat("x", 1024),
	} {
		add("a PDF behind "+about, PDFType, []byte(lead), pdf)
	}
	for about, tail := range map[string]string{
		"zeros up to a block": strings.Repeat("\x00", 4096), "line breaks": strings.Repeat("\r\n", 900), "the end mark of DOS": "\x1a", "the end of a printer's job": "\x1b%-12345X@PJL EOJ\r\n",
	} {
		add("a PDF followed by "+about, PDFType, pdf, []byte(tail))
	}
	attached := "4 0 obj<</Type/EmbeddedFile/Length 82>>stream\nPK\x03\x04" + strings.Repeat("\x00", 56) + zip + "\nendstream endobj\n"
	add("a PDF with a ZIP attached as it is", PDFType, bytes.Replace(pdf, []byte("2 0 obj"), []byte(attached+"2 0 obj"), 1))
	add("a PDF with a ZIP attached at its end", PDFType, bytes.Replace(pdf, []byte("trailer"), []byte(attached+"trailer"), 1))
	for _, size := range []int{1, 8, 40, 333} {
		whole := JPEG(Picture(size, size), 80)
		add(fmt.Sprintf("a JPEG of %d pixels without end mark", size), JPEGType, whole[:len(whole)-2])
	}
	gray := JPEG(image.NewGray(image.Rect(0, 0, 20, 20)), 80)
	add("a gray JPEG without end mark", JPEGType, gray[:len(gray)-2])
	for _, stray := range []string{"\x00", "\x00\x00\x00", "stray", "\x00\xff\x00\xff\x00"} {
		add(fmt.Sprintf("a JPEG with %q before its tables", stray), JPEGType, insert(photo, bytes.Index(photo, []byte{0xff, 0xdb}), []byte(stray)))
		add(fmt.Sprintf("a JPEG with %q before its frame", stray), JPEGType, insert(photo, bytes.Index(photo, []byte{0xff, 0xc0}), []byte(stray)))
	}
	for _, kind := range []string{"isom", "mp42", "qt  "} {
		add("a motion photo with a clip of "+kind, JPEGType, MotionPhoto(photo, kind))
	}
	return all
}

// MotionPhoto is a photo as telephones take them: XMP that tells of a clip, and the clip behind the
// picture, with bytes that look like hundreds of scans.
func MotionPhoto(photo []byte, brand string) []byte {
	clip := "\x00\x00\x00\x18ftyp" + brand + "\x00\x00\x00\x00isommp42\x00\x03\x0d\x48mdat" + strings.Repeat("\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00", 14_000)
	xmp := fmt.Sprintf(`http://ns.adobe.com/xap/1.0/%c<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description GCamera:MotionPhoto="1" GCamera:MicroVideoOffset="%d"/></x:xmpmeta>`, 0, len(clip))
	return append(insert(photo, 2, Segment(0xe1, xmp)), clip...)
}
