package attr

import (
	"encoding/binary"
	"errors"
)

// tags are the first byte of a stored value. They are part of the file format: append only.
var tags = []Type{TypeS, TypeN, TypeB, TypeSS, TypeNS, TypeBS, TypeM, TypeL, TypeBOOL, TypeNULL}

var tagOf = func() map[Type]byte {
	m := map[Type]byte{}
	for i, t := range tags {
		m[t] = byte(i)
	}
	return m
}()

var errStored = errors.New("a stored item is damaged")

// AppendItem appends the stored form of an item: compact, and equal for equal items whose sets have one order.
func AppendItem(dst []byte, m Map) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(m)))
	for _, name := range m.Names() {
		dst = appendValue(appendText(dst, name), m[name])
	}
	return dst
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendValue(dst []byte, v Value) []byte {
	dst = append(dst, tagOf[v.Type()])
	switch v := v.(type) {
	case List:
		dst = binary.AppendUvarint(dst, uint64(len(v)))
		for _, e := range v {
			dst = appendValue(dst, e)
		}
		return dst
	case Map:
		return AppendItem(dst, v)
	case Set:
		dst = binary.AppendUvarint(dst, uint64(len(v.Members)))
		for _, m := range v.Members {
			dst = appendScalar(dst, m)
		}
		return dst
	}
	return appendScalar(dst, v)
}

func appendScalar(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case String:
		return appendText(dst, string(v))
	case Binary:
		return appendText(dst, string(v))
	case Number:
		return appendText(binary.AppendVarint(append(dst, byte(v.sign()+1)), int64(v.exp)), v.digits)
	case Bool:
		if v {
			return append(dst, 1)
		}
		return append(dst, 0)
	}
	return dst
}

// ParseItem reads what AppendItem wrote. The item keeps parts of data.
func ParseItem(data string) (Map, error) {
	r := reader{data: data}
	m := r.item()
	if r.bad || r.data != "" {
		return nil, errStored
	}
	return m, nil
}

// reader takes a stored item apart. After an error, which sets bad, it yields zero values.
type reader struct {
	data string
	bad  bool
}

func (r *reader) fail() {
	r.bad, r.data = true, ""
}

func (r *reader) byte() byte {
	if r.data == "" {
		r.fail()
		return 0
	}
	b := r.data[0]
	r.data = r.data[1:]
	return b
}

func (r *reader) uvarint() uint64 {
	var x uint64
	for shift := 0; shift < 64; shift += 7 {
		b := r.byte()
		x |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return x
		}
	}
	r.fail()
	return 0
}

// count is a number of elements, each of which takes at least size bytes.
func (r *reader) count(size int) int {
	n := r.uvarint()
	if n > uint64(len(r.data)/size) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) text() string {
	n := r.count(1)
	s := r.data[:n]
	r.data = r.data[n:]
	return s
}

func (r *reader) item() Map {
	n := r.count(2)
	m := make(Map, n)
	for range n {
		name := r.text()
		m[name] = r.value()
	}
	return m
}

func (r *reader) value() Value {
	tag := int(r.byte())
	if tag >= len(tags) {
		r.fail()
		return Null{}
	}
	switch t := tags[tag]; t {
	case TypeM:
		return r.item()
	case TypeL:
		n := r.count(1)
		l := make(List, 0, n)
		for range n {
			l = append(l, r.value())
		}
		return l
	case TypeSS, TypeNS, TypeBS:
		n := r.count(1)
		set := Set{Elem: t[:1], Members: make([]Value, 0, n)}
		for range n {
			set.Members = append(set.Members, r.scalar(set.Elem))
		}
		return set
	default:
		return r.scalar(t)
	}
}

func (r *reader) scalar(t Type) Value {
	switch t {
	case TypeS:
		return String(r.text())
	case TypeB:
		return Binary(r.text())
	case TypeN:
		sign := r.byte()
		exp := r.uvarint()
		return Number{neg: sign == 0, exp: int(int64(exp>>1) ^ -int64(exp&1)), digits: r.text()}
	case TypeBOOL:
		return Bool(r.byte() == 1)
	}
	return Null{}
}
