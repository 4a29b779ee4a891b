package files

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// Wrong are at least 200 files that must be refused, whatever their senders claim.
func Wrong() (all []File) {
	pngs, photo, webp, pdf := PNG(Picture(40, 40)), JPEG(Picture(40, 40), 80), WebP(), PDF("1.7", 400)
	for about, content := range foreign() {
		for _, claimed := range []string{JPEGType, PNGType, WebPType, PDFType} {
			all = append(all, File{about + " called " + claimed, claimed, content})
		}
	}
	add := func(about, claimed string, content []byte) { all = append(all, File{about, claimed, content}) }
	for _, right := range []File{{"JPEG", JPEGType, photo}, {"PNG", PNGType, pngs}, {"WebP", WebPType, webp}, {"PDF", PDFType, pdf}} {
		for _, cut := range []int{1, 2, 3, 5, 10, 20} {
			add(fmt.Sprintf("%s without its last %d of 20 parts", right.About, 20-cut), right.Type, right.Content[:max(1, len(right.Content)*cut/21)])
		}
		for _, other := range []string{JPEGType, PNGType, WebPType, PDFType} {
			if other != right.Type {
				add(right.About+" renamed to "+other, other, right.Content)
			}
		}
		for about, more := range map[string]string{
			"a page": "<!DOCTYPE html><html><script>alert(1)</script></html>", "a script": "\n<script>alert(1)</script>", "SVG": "<svg onload=alert(1)></svg>",
			"a ZIP": zip, "PHP": "<?php system('id'); ?>", "a page in capitals": "<HTML><BODY ONLOAD=alert(1)>",
			"a shell script": "#!/bin/sh\nid\n", "a program": "MZ\x90\x00", "a GIF": "GIF89a=1;/*", "JSON": `{"a":1}`,
		} {
			add(right.About+" with "+about+" before it", right.Type, append([]byte(more), right.Content...))
		}
		for _, comment := range []string{"", "a", strings.Repeat("c", 300), strings.Repeat("c", 60_000)} {
			archive := zip[:20] + string(binary.LittleEndian.AppendUint16(nil, uint16(len(comment)))) + comment
			add(fmt.Sprintf("%s with a ZIP behind it, whose comment has %d bytes", right.About, len(comment)), right.Type, append(bytes.Clone(right.Content), archive...))
		}
	}
	add("JPEG with stray bytes without end", JPEGType, insert(photo, 2, make([]byte, 70_000)))
	for _, bomb := range []struct{ width, height uint32 }{{100_000, 100_000}, {16385, 1}, {1, 16385}, {16384, 16384}, {1<<31 - 1, 1}} {
		size := string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, bomb.width), bomb.height))
		head := append([]byte("\x89PNG\r\n\x1a\n"), Chunk("IHDR", size+"\x08\x06\x00\x00\x00")...)
		add(fmt.Sprintf("PNG bomb of %d by %d", bomb.width, bomb.height), PNGType, append(head, pngs[33:]...))
	}
	for _, side := range []uint16{65535, 20000} {
		frame := bytes.Index(photo, []byte{0xff, 0xc0})
		bomb := bytes.Clone(photo)
		binary.BigEndian.PutUint16(bomb[frame+5:], side)
		binary.BigEndian.PutUint16(bomb[frame+7:], side)
		add(fmt.Sprintf("JPEG bomb of %d", side), JPEGType, bytes.Clone(bomb))
		binary.BigEndian.PutUint16(bomb[frame+5:], 0)
		add(fmt.Sprintf("JPEG %d wide that does not say how high", side), JPEGType, bomb)
	}
	add("WebP bomb of 16 million", WebPType, riff("VP8X", "\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff", "VP8L", string(webp[20:])))
	add("WebP bomb without extension", WebPType, riff("VP8L", "\x2f\xff\xff\xff\x0f\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	add("PNG whose header has another checksum", PNGType, append(append(bytes.Clone(pngs[:32]), pngs[32]^1), pngs[33:]...))
	add("PDF that ended long ago", PDFType, append(bytes.Clone(pdf), strings.Repeat(" ", 3000)...))
	return all
}

const zip = "PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// foreign are files of types that nobody may send.
func foreign() map[string][]byte {
	page := "<!DOCTYPE html><html><body onload=alert(1)></body></html>"
	all := map[string][]byte{"a GIF": gifFile(), "a GIF that is a script": append([]byte("GIF89a=1;/*"), "*/alert(1)//"...)}
	for about, content := range map[string]string{
		"a page": page, "a page behind blanks": strings.Repeat(" ", 600) + page, "a page behind a byte-order mark": "\ufeff" + page,
		"a page in UTF-16": "\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00", "SVG": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
		"SVG with a prologue": `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"a script":            "alert(document.cookie)", "JSON": `{"a":1}`, "text": "just some words, long enough to be anything", "one byte": "x",
		"zeros": strings.Repeat("\x00", 5000), "a ZIP": "PK\x03\x04" + strings.Repeat("\x00", 60) + zip, "an empty ZIP": zip,
		"a program of Linux": "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 60), "a program of Windows": "MZ\x90\x00" + strings.Repeat("\x00", 60),
		"a class": "\xca\xfe\xba\xbe\x00\x00\x00\x34" + strings.Repeat("\x00", 30), "a module": "\x00asm\x01\x00\x00\x00" + strings.Repeat("\x00", 30),
		"a film": "\x00\x00\x00\x18ftypmp42" + strings.Repeat("\x00", 40), "HEIC": "\x00\x00\x00\x18ftypheic" + strings.Repeat("\x00", 40),
		"AVIF": "\x00\x00\x00\x18ftypavif" + strings.Repeat("\x00", 40), "BMP": "BM" + strings.Repeat("\x00", 60), "TIFF": "II*\x00\x08\x00\x00\x00" + strings.Repeat("\x00", 40),
		"an icon": "\x00\x00\x01\x00\x01\x00" + strings.Repeat("\x00", 40), "gzip": "\x1f\x8b\x08" + strings.Repeat("\x00", 40),
		"PostScript": "%!PS-Adobe-3.0\n" + strings.Repeat(" ", 40) + "%%EOF", "RTF": `{\rtf1\ansi hello}`, "Flash": "CWS\x0a" + strings.Repeat("\x00", 40),
		"a WAV": "RIFF\x24\x00\x00\x00WAVEfmt " + strings.Repeat("\x00", 32), "an MP3": "ID3\x03\x00" + strings.Repeat("\x00", 40),
		"a mail": "From: a@example.org\r\nContent-Type: text/html\r\n\r\n" + page, "a shell script": "#!/bin/sh\nid\n", "a database": "SQLite format 3\x00" + strings.Repeat("\x00", 90),
	} {
		all[about] = []byte(content)
	}
	return all
}
