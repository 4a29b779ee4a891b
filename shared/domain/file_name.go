package domain

import (
	"path"
	"strings"
)

// maxFileName is in bytes of UTF-8, as file systems count.
const maxFileName = 255

// cleanName keeps what a person typed, without folders and without what ParseLine refuses or drops.
// A program sends the name, often one that its user does not see, so nothing of it is a reason to
// refuse the file. What is longer than 255 bytes is cut before its extension.
func cleanName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = CleanLine(name, 4*len(name))
	if ext := path.Ext(name); len(name) > maxFileName && len(ext) <= 16 {
		name = CleanLine(strings.TrimSuffix(name, ext), maxFileName-len(ext)) + ext
	}
	name = CleanLine(name, maxFileName)
	if name == "" || name == "." || name == ".." {
		return "file"
	}
	return name
}
