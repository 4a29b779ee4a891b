package main

import "encoding/binary"

// firstDirectory is how pixels lie, 1 to 8, after Exif 2.32 section 4.6.4 tag 0x0112; 1, upright,
// for all that does not say it right. It looks for the tag in TIFF's first directory (TIFF 6.0
// section 2).
func firstDirectory(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	for n, entry := int(order.Uint16(tiff[at:])), tiff[at+2:]; n > 0 && len(entry) >= 12; n, entry = n-1, entry[12:] {
		if value := int(order.Uint16(entry[8:])); order.Uint16(entry) == 0x0112 && order.Uint16(entry[2:]) == 3 && value >= 1 && value <= 8 {
			return value
		}
	}
	return 1
}
