package domain_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// encoded is a 16x16 picture in the form that encode writes.
func encoded(t testing.TB, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i * 37)
	}
	var b bytes.Buffer
	if err := encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegFile(t testing.TB) []byte {
	return encoded(t, func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) })
}
func pngFile(t testing.TB) []byte { return encoded(t, png.Encode) }

// webpFile is a picture of one pixel: lossless, or the outline of another kind of WebP.
func webpFile() []byte {
	return riff("VP8L", "\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")
}

func riff(kind, chunk string) []byte {
	length := func(s string) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) }
	body := "WEBP" + kind + length(chunk) + chunk
	return []byte("RIFF" + length(body) + body)
}

// pdfFile is an empty page, filled up to size bytes with blanks.
func pdfFile(size int) []byte {
	head := "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n"
	tail := "trailer<</Root 1 0 R/Size 3>>\nstartxref\n0\n%%EOF"
	return []byte(head + strings.Repeat(" ", max(0, size-len(head)-len(tail))) + tail)
}

func upload(t testing.TB, name string, content []byte) (domain.UploadState, domain.Event, error) {
	t.Helper()
	u, event, err := domain.NewUpload(domain.RestoreID[domain.User](goodID), domain.Place{Bucket: "bucket", Region: "eu-west-1"}, name, content, noon, seeded(1))
	if err != nil {
		if u != nil || event.Data != nil {
			t.Errorf("NewUpload failed (%v) but gave %+v, %+v", err, u, event)
		}
		return domain.UploadState{}, domain.Event{}, err
	}
	return u.State(), event, nil
}

// D28: the client's word on the type was trusted.
func TestD28TheTypeIsJudgedByTheBytes(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{"image/jpeg": jpegFile(t), "image/png": pngFile(t), "image/webp": webpFile(), "application/pdf": pdfFile(0)}
	for want, content := range files {
		t.Run(want+" is told whatever its name says", func(t *testing.T) {
			t.Parallel()
			for _, name := range []string{"a.jpg", "a.png", "a.webp", "a.pdf", "a.html", "a.svg", ""} {
				if got, _, err := upload(t, name, content); err != nil || got.ContentType != want || got.Size != int64(len(content)) {
					t.Errorf("%q: type %q, size %d, %v; want %s, %d", name, got.ContentType, got.Size, err, want, len(content))
				}
			}
		})
		t.Run(want+" cut anywhere is refused", func(t *testing.T) {
			t.Parallel()
			whole := len(content)
			if want == "image/jpeg" {
				whole -= 2 // the end mark, which nobody misses
			}
			for n := 1; n < whole; n++ {
				if got, _, err := upload(t, "cut", content[:n]); !errors.Is(err, domain.ErrFileType) {
					t.Fatalf("%d of %d bytes: type %q, %v; want ErrFileType", n, len(content), got.ContentType, err)
				}
			}
		})
	}

	jpg, pngs, pdf := jpegFile(t), pngFile(t), pdfFile(0)
	gifs := encoded(t, func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) })
	join := func(parts ...any) []byte {
		var b []byte
		for _, p := range parts {
			b = fmt.Append(b, p)
		}
		return b
	}
	html := "<html><script>alert(1)</script>"
	refused := map[string][]byte{
		"HTML":                               []byte(html),
		"SVG":                                []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"GIF":                                gifs,
		"ZIP":                                []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00" + strings.Repeat("x", 40)),
		"an empty ZIP":                       []byte("PK\x05\x06" + strings.Repeat("\x00", 18)),
		"a program":                          []byte("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 60)),
		"text":                               []byte("just some words, long enough to be a file of any type"),
		"one byte":                           {0xff},
		"zeros":                              make([]byte, 100),
		"HTML before a PDF":                  join(html, string(pdf)),
		"too much before a PDF":              join(strings.Repeat("x", 1025), string(pdf)),
		"GIF before a JPEG":                  join(string(gifs), string(jpg)),
		"ZIP before a PDF":                   join("PK\x03\x04", string(pdf)),
		"the signature of a PNG and HTML":    join(string(pngs[:8]), html, html, html),
		"the signature of a JPEG and HTML":   join(string(jpg[:4]), html),
		"HTML called a PDF of version x":     []byte("%PDF-x.7 " + html + "%%EOF"),
		"a PDF that ended long ago":          join(string(pdf), strings.Repeat("more ", 400)),
		"a JPEG without a picture":           []byte("\xff\xd8\xff\xe0\x00\x04ab\xff\xd9"),
		"a JPEG whose frame comes never":     []byte("\xff\xd8\xff\xda\x00\x04ab" + "data\xff\xd9"),
		"a JPEG segment of length 0":         []byte("\xff\xd8\xff\xc0\x00\x00\xff\xda\x00\x02\xff\xd9"),
		"a JPEG of fill bytes":               append([]byte("\xff\xd8"), bytes.Repeat([]byte{0xff}, 1000)...),
		"a PNG without width":                join(string(pngs[:16]), "\x00\x00\x00\x00", string(pngs[20:])),
		"a PNG wider than 2^31-1":            join(string(pngs[:16]), "\x80\x00\x00\x00", string(pngs[20:])),
		"RIFF of a WebP without a picture":   []byte("RIFF\x0c\x00\x00\x00WEBPVP8 \x00\x00\x00\x00"),
		"a WebP whose picture goes too far":  join(string(webpFile()[:16]), "\xff\xff\xff\x7f", string(webpFile()[20:])),
		"a WebP that begins as no picture":   riff("VP8L", "<script>alert(1)</script>"),
		"a lossy WebP without start code":    riff("VP8 ", strings.Repeat("\x00", 24)),
		"a WebP of an unknown kind":          riff("VP8Z", strings.Repeat("\x00", 24)),
		"a WAV":                              []byte("RIFF\x24\x00\x00\x00WAVEfmt " + strings.Repeat("\x00", 32)),
		"a WebP with a length of 4 GiB":      []byte("RIFF\xff\xff\xff\xffWEBPVP8L" + strings.Repeat("\x00", 40)),
		"a cut PNG that names its end early": cutWithEarlyEnd(pngs),
	}
	for name, content := range refused {
		t.Run(name+" is refused whatever it is called", func(t *testing.T) {
			t.Parallel()
			for _, file := range []string{"a.jpg", "a.png", "a.webp", "a.pdf"} {
				if got, _, err := upload(t, file, content); !errors.Is(err, domain.ErrFileType) {
					t.Errorf("as %s: type %q, %v; want ErrFileType", file, got.ContentType, err)
				}
			}
		})
	}
}

// cutWithEarlyEnd is half of a PNG, with a comment that holds the bytes of an IEND chunk.
func cutWithEarlyEnd(file []byte) []byte {
	text := append([]byte("tEXtComment\x00"), file[len(file)-12:]...)
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(text)-4)), text...)
	return bytes.Join([][]byte{file[:33], chunk, {0, 0, 0, 0}, file[33 : len(file)/2]}, nil)
}

func TestLawfulVariantsAreAccepted(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{
		"a lossy WebP":    riff("VP8 ", "\x30\x01\x00\x9d\x01\x2a\x01\x00\x01\x00"+strings.Repeat("\x00", 14)),
		"an extended one": riff("VP8X", "\x10\x00\x00\x00\x0f\x00\x00\x0f\x00\x00"),
	} {
		if got, _, err := upload(t, "a.webp", content); err != nil || got.ContentType != "image/webp" {
			t.Errorf("%s: type %q, %v; want image/webp", name, got.ContentType, err)
		}
	}
	if got, _, err := upload(t, "a.pdf", append(pdfFile(0), "\r\n"...)); err != nil || got.ContentType != "application/pdf" {
		t.Errorf("a PDF that ends in a line break: type %q, %v; want application/pdf", got.ContentType, err)
	}
	// Cameras append previews and clips behind the end of the picture.
	if got, _, err := upload(t, "a.jpg", append(jpegFile(t), "trailer of a telephone"...)); err != nil || got.ContentType != "image/jpeg" {
		t.Errorf("type %q, %v; want image/jpeg", got.ContentType, err)
	}
}

func TestOtherNamesOfTypesAreKnown(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"image/jpg": "image/jpeg", "IMAGE/JPEG": "image/jpeg", "image/pjpeg": "image/jpeg", " Image/PNG ; q=1": "image/png", "image/webp": "image/webp",
		"application/x-pdf": "application/pdf", "Application/PDF;charset=binary": "application/pdf",
	} {
		u, err := domain.RequestUpload(domain.RestoreID[domain.User](goodID), domain.Place{}, domain.UploadRequest{FileName: "a", ContentType: given, Size: 9}, 10, time.Hour, noon, seeded(1))
		if err != nil || u.State().ContentType != want {
			t.Errorf("%q: %v, want %s", given, err, want)
		}
	}
	for _, given := range []string{"image/heic", "image/avif", "image/gif", "image/svg+xml", "text/html", "", "image/", ";", "image/jpeg,text/html"} {
		_, err := domain.RequestUpload(domain.RestoreID[domain.User](goodID), domain.Place{}, domain.UploadRequest{FileName: "a", ContentType: given, Size: 9}, 10, time.Hour, noon, seeded(1))
		if f := fault.As(err); err == nil || len(f.Details) != 1 || f.Details[0].Field != "contentType" || !strings.Contains(f.Details[0].Message, "Save HEIC, AVIF, GIF") {
			t.Errorf("%q: %+v, want refused with what to do", given, err)
		}
	}
}

// D30: the size was judged after everything had been read, and only above 10 MiB.
func TestD30TheSizeIsJudged(t *testing.T) {
	t.Parallel()
	if _, _, err := upload(t, "a.pdf", nil); !errors.Is(err, domain.ErrEmptyFile) {
		t.Errorf("no bytes: %v, want ErrEmptyFile", err)
	}
	const most = 4 << 20
	if got, _, err := upload(t, "a.pdf", pdfFile(most)); err != nil || got.Size != most {
		t.Errorf("%d bytes: size %d, %v; want accepted", most, got.Size, err)
	}
	if _, _, err := upload(t, "a.pdf", pdfFile(most+1)); !errors.Is(err, domain.ErrFileTooLarge) {
		t.Errorf("%d bytes: %v, want ErrFileTooLarge", most+1, err)
	}
	if _, _, err := upload(t, "a.txt", make([]byte, most+1)); !errors.Is(err, domain.ErrFileTooLarge) {
		t.Errorf("%d bytes of no type: %v, want ErrFileTooLarge", most+1, err)
	}
}

// D29: the file's name was part of its key.
func TestD29TheFileNameIsNeverInTheKey(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a.pdf", "../../etc/passwd", "x/../../lessons/1", "#?%2f\x00", "Ana's diagnosis.pdf", ""} {
		got, _, err := upload(t, name, pdfFile(0))
		if err != nil {
			t.Fatal(err)
		}
		if want := "files/" + got.ID.String(); got.Key != want {
			t.Errorf("a file named %q lies under %q, want %q", name, got.Key, want)
		}
		if _, err := domain.ParseID[domain.Upload](got.ID.String()); err != nil {
			t.Errorf("the id %q does not parse: %v", got.ID, err)
		}
	}
}

func TestUploadName(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"a plain name stays":                             {"report 2026.pdf", "report 2026.pdf"},
		"quotes stay, the header escapes them":           {`the "best" 'one'.pdf`, `the "best" 'one'.pdf`},
		"every script stays":                             {"Отчёт 報告 تقرير.pdf", "Отчёт 報告 تقرير.pdf"},
		"emoji stay, joined ones too":                    {"👩‍💻 notes 🎓.pdf", "👩‍💻 notes 🎓.pdf"},
		"folders go":                                     {"/home/ana/a.pdf", "a.pdf"},
		"folders of Windows go":                          {`C:\Users\Ana\a.pdf`, "a.pdf"},
		"folders of both kinds go":                       {`a/b\c/d.pdf`, "d.pdf"},
		"a way out goes":                                 {"../../etc/passwd", "passwd"},
		"line breaks go":                                 {"a\r\nSet-Cookie: x=1\n.pdf", "aSet-Cookie: x=1.pdf"},
		"Unicode's line breaks go":                       {"a\u2028b\u2029c\u0085d.pdf", "abcd.pdf"},
		"NUL and escape go":                              {"a\x00b\x1b[31m\x7f.pdf", "ab[31m.pdf"},
		"marks that turn the reading direction go":       {"invoice\u202efdp.exe", "invoicefdp.exe"},
		"isolates go too":                                {"\u2066a\u2069\u200e\u200f\u061c.pdf", "a.pdf"},
		"broken UTF-8 goes":                              {"a\xff\xc0b.pdf", "ab.pdf"},
		"spaces around go":                               {" \u3000a.pdf\t ", "a.pdf"},
		"spaces around go that stood behind marks":       {"\u202e a.pdf \u202c", "a.pdf"},
		"a hidden file stays":                            {".profile", ".profile"},
		"nothing is called file":                         {"", "file"},
		"blanks are called file":                         {" \t\n", "file"},
		"a dot is called file":                           {".", "file"},
		"two dots are called file":                       {"..", "file"},
		"two dots with a mark between are called file":   {".\u202e.", "file"},
		"two dots behind a folder are called file":       {"a/..", "file"},
		"a folder is called file":                        {"a/", "file"},
		"1,000 characters are cut to 255 bytes":          {strings.Repeat("a", 1000), strings.Repeat("a", 255)},
		"1,000 wide ones are cut between characters":     {strings.Repeat("報", 1000), strings.Repeat("報", 85)},
		"1,000 emoji are cut between characters":         {strings.Repeat("🎓", 1000), strings.Repeat("🎓", 63)},
		"255 bytes stay":                                 {strings.Repeat("é", 126) + "abc", strings.Repeat("é", 126) + "abc"},
		"a cut that ends in a space ends before it":      {strings.Repeat("a", 254) + " b", strings.Repeat("a", 254)},
		"a dot before many spaces and more is not a dot": {"." + strings.Repeat(" ", 300) + "b", "file"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := upload(t, test.in, pdfFile(0))
			if err != nil || got.OriginalName != test.want {
				t.Errorf("%q is kept as %q, %v; want %q", test.in, got.OriginalName, err, test.want)
			}
		})
	}
}

func FuzzUploadName(f *testing.F) {
	for _, name := range []string{
		"a.pdf", "../..", "a\\b/c", ".\u202e.", "a\xff", strings.Repeat("a", 254) + " b", "\u2028", "👩‍💻", `"`, "." + strings.Repeat(" ", 255) + "x",
	} {
		f.Add(name)
	}
	content := pdfFile(0)
	f.Fuzz(func(t *testing.T, name string) {
		s, _, err := upload(t, name, content)
		if err != nil {
			t.Fatal(err)
		}
		got := s.OriginalName
		if got == "" || got == "." || got == ".." || len(got) > 255 || !utf8.ValidString(got) || got != strings.TrimSpace(got) {
			t.Errorf("%q is kept as %q", name, got)
		}
		if strings.ContainsFunc(got, func(r rune) bool {
			return r == '/' || r == '\\' || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
		}) {
			t.Errorf("%q is kept as %q", name, got)
		}
		if again, _, _ := upload(t, got, content); again.OriginalName != got {
			t.Errorf("%q is kept as %q, and that as %q", name, got, again.OriginalName)
		}
	})
}

func FuzzUploadContent(f *testing.F) {
	for _, content := range [][]byte{jpegFile(f), pngFile(f), webpFile(), pdfFile(0), []byte("\xff\xd8\xff\xda"), []byte("\xff\xd8\xff\xc0\x00\x02\xff\xda\xff\xff")} {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		s, _, err := upload(t, "a", content)
		if err != nil {
			if !errors.Is(err, domain.ErrFileType) && !errors.Is(err, domain.ErrEmptyFile) && !errors.Is(err, domain.ErrImageTooLarge) && !errors.Is(err, domain.ErrPolyglot) {
				t.Errorf("%x: %v", content, err)
			}
			return
		}
		magic := map[string]string{"image/jpeg": "\xff\xd8", "image/png": "\x89PNG", "image/webp": "RIFF", "application/pdf": "%PDF-"}[s.ContentType]
		if at := bytes.Index(content, []byte(magic)); magic == "" || at < 0 || at > 0 && magic != "%PDF-" {
			t.Errorf("%x is taken for %q", content, s.ContentType)
		}
	})
}
