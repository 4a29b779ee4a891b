package cache

// For the measurement of tiers.
var (
	Pack   = pack
	Unpack = unpack
)
