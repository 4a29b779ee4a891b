package attr

import (
	"math/big"
	"strconv"
	"strings"
)

// Limits of a number.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
const (
	maxDigits   = 38
	maxExponent = 125
	minExponent = -130
)

// Number is an exact decimal of up to 38 significant digits: d.ddd × 10^exp. Two equal numbers are == in Go.
type Number struct {
	neg    bool
	digits string // without leading and trailing zeros; empty is zero
	exp    int    // of the first digit
}

// ParseNumber reads a decimal with optional sign, fraction and exponent. Its errors are Invalid.
func ParseNumber(s string) (Number, error) {
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		var ok bool
		if exponent, ok = parseExponent(s[i+1:]); !ok {
			return Number{}, notNumeric(s)
		}
		mantissa = s[:i]
	}
	neg := strings.HasPrefix(mantissa, "-")
	if neg || strings.HasPrefix(mantissa, "+") {
		mantissa = mantissa[1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole == "" && fraction == "" || !allDigits(whole) || !allDigits(fraction) {
		return Number{}, notNumeric(s)
	}
	return normalise(neg, whole+fraction, exponent+len(whole)-1)
}

// parseExponent clamps absurd exponents: they are out of range either way.
func parseExponent(s string) (int, bool) {
	digits := strings.TrimLeft(s, "+-")
	if digits == "" || len(s)-len(digits) > 1 || !allDigits(digits) {
		return 0, false
	}
	digits = strings.TrimLeft(digits, "0")
	if len(digits) > 9 {
		digits = "999999999"
	}
	n, _ := strconv.Atoi("0" + digits)
	if s[0] == '-' {
		n = -n
	}
	return n, true
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

func notNumeric(s string) error {
	if s == "" {
		return Invalid("The parameter cannot be converted to a numeric value")
	}
	return Invalid("The parameter cannot be converted to a numeric value: " + s)
}

// normalise makes the canonical form of digits whose first one has the weight 10^exp, and enforces the limits.
func normalise(neg bool, digits string, exp int) (Number, error) {
	trimmed := strings.TrimLeft(digits, "0")
	exp -= len(digits) - len(trimmed)
	trimmed = strings.TrimRight(trimmed, "0")
	switch {
	case trimmed == "":
		return Number{}, nil
	case exp > maxExponent:
		return Number{}, Invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
	case exp < minExponent:
		return Number{}, Invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	case len(trimmed) > maxDigits:
		return Number{}, Invalid("Attempting to store more than 38 significant digits in a Number")
	}
	return Number{neg: neg, digits: trimmed, exp: exp}, nil
}

// Int makes a Number of n.
func Int(n int) Number {
	number, err := ParseNumber(strconv.Itoa(n))
	if err != nil {
		return Number{} // unreachable: an int has at most 19 digits
	}
	return number
}

// Int64 returns the integral part, and false if it does not fit.
func (n Number) Int64() (int64, bool) {
	if n.exp < 0 || n.digits == "" {
		return 0, true
	}
	whole, _, _ := strings.Cut(n.String(), ".")
	i, err := strconv.ParseInt(whole, 10, 64)
	return i, err == nil
}

// Cmp compares by magnitude.
func (n Number) Cmp(m Number) int {
	if s := n.sign() - m.sign(); s != 0 || n.digits == "" {
		return min(max(s, -1), 1)
	}
	c := n.exp - m.exp
	if c == 0 {
		c = strings.Compare(n.digits, m.digits)
	}
	return min(max(c*n.sign(), -1), 1)
}

func (n Number) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.neg:
		return -1
	}
	return 1
}

// Neg returns -n.
func (n Number) Neg() Number {
	n.neg = !n.neg && n.digits != ""
	return n
}

// Add returns n+m exactly, or an Invalid error if the sum needs more than 38 digits or leaves the range.
func (n Number) Add(m Number) (Number, error) {
	if n.digits == "" {
		return m, nil
	}
	if m.digits == "" {
		return n, nil
	}
	scale := min(n.exp-len(n.digits), m.exp-len(m.digits)) + 1 // weight of the last digit of the sum
	sum := new(big.Int).Add(n.scaled(scale), m.scaled(scale))
	digits := new(big.Int).Abs(sum).String()
	return normalise(sum.Sign() < 0, digits, scale+len(digits)-1)
}

// scaled returns n / 10^scale, which must be integral.
func (n Number) scaled(scale int) *big.Int {
	zeros := n.exp - len(n.digits) + 1 - scale
	i, _ := new(big.Int).SetString(n.digits+strings.Repeat("0", zeros), 10)
	if n.neg {
		i.Neg(i)
	}
	return i
}

// String returns the canonical plain form, without an exponent.
func (n Number) String() string {
	if n.digits == "" {
		return "0"
	}
	var b strings.Builder
	if n.neg {
		b.WriteByte('-')
	}
	switch whole := n.exp + 1; {
	case whole <= 0:
		b.WriteString("0." + strings.Repeat("0", -whole) + n.digits)
	case whole >= len(n.digits):
		b.WriteString(n.digits + strings.Repeat("0", whole-len(n.digits)))
	default:
		b.WriteString(n.digits[:whole] + "." + n.digits[whole:])
	}
	return b.String()
}

// size is one byte, one per pair of digits aligned at the decimal point, and one for a minus sign.
func (n Number) size() int {
	if n.digits == "" {
		return 1
	}
	digits := len(n.digits)
	if n.exp%2 == 0 {
		digits++
	}
	size := 1 + (digits+1)/2
	if n.neg {
		size++
	}
	return size
}
