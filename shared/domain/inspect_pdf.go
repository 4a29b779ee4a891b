package domain

import "bytes"

// pdfHead is how far into a file readers look for a PDF's header, and how far from the end for its
// mark (ISO 32000-1, annex H.3).
const pdfHead = 1024

// isPDF wants the header near the start and an end-of-file mark near the end (ISO 32000-2, 7.5.2
// and 7.5.5). Before the header may stand what printers and mail programs leave there, a byte-order
// mark or a line, but no other kind of file; behind the mark, padding.
func isPDF(p *probe) bool {
	front := p.first(pdfHead + 8)
	at := bytes.Index(front, []byte("%PDF-"))
	if at < 0 || at > pdfHead || len(front) < at+8 || otherFile(front[:at]) {
		return false
	}
	if v := front[at+5:]; v[0] != '1' && v[0] != '2' || v[1] != '.' {
		return false
	}
	end := bytes.TrimRight(p.last(probeHead), "\x00\x1a\r\n")
	mark := bytes.LastIndex(end, []byte("%%EOF"))
	return mark >= 0 && len(end)-mark <= pdfHead
}

// otherFile reports whether what stands before a PDF's header begins as a page, an archive, a
// picture or a program does.
func otherFile(lead []byte) bool {
	lead = bytes.TrimLeft(bytes.TrimPrefix(lead, []byte("\xef\xbb\xbf")), " \t\r\n\f\x00")
	for _, magic := range []string{"<", "PK", "GIF8", "#!", "MZ", "\x7fELF", "\xff\xd8", "\x89PNG", "RIFF", "\xca\xfe", "{"} {
		if bytes.HasPrefix(lead, []byte(magic)) {
			return true
		}
	}
	return false
}
