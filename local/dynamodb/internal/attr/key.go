package attr

import "strings"

// AppendKey appends a form of a scalar whose byte order is the order of Compare. No form is a prefix of another,
// so forms can be concatenated into composite keys.
func AppendKey(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case String:
		return append(AppendKeyPrefix(dst, v), 0, 1)
	case Binary:
		return append(AppendKeyPrefix(dst, v), 0, 1)
	case Number:
		return v.appendKey(dst)
	}
	return dst
}

// AppendKeyPrefix appends what the keys of all strings or binaries that begin with v have in common.
// A zero byte is written as 00 FF, so that the terminator 00 01 sorts before every continuation.
func AppendKeyPrefix(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case String:
		return append(dst, strings.ReplaceAll(string(v), "\x00", "\x00\xff")...)
	case Binary:
		return append(dst, strings.ReplaceAll(string(v), "\x00", "\x00\xff")...)
	}
	return dst
}

// appendKey writes the sign, the biased exponent and the digits; all but the sign are complemented for a negative number.
func (n Number) appendKey(dst []byte) []byte {
	dst = append(dst, byte(n.sign()+1))
	if n.digits == "" {
		return dst
	}
	start := len(dst)
	biased := n.exp - minExponent
	dst = append(dst, byte(biased>>8), byte(biased))
	dst = append(append(dst, n.digits...), 0)
	if n.neg {
		for i := start; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst
}
