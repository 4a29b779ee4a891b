package regions

import (
	"net"
	"sync"
)

// Gate is a listener that can be shut: the port then refuses connections, and those that were open are broken.
type Gate struct {
	mu     sync.Mutex
	inner  net.Listener // nil while shut
	addr   net.Addr
	conns  map[net.Conn]bool
	opened chan struct{} // closed when open, or ended
	ended  bool
}

// Gate makes a listener follow a region's stops and starts.
func (w *World) Gate(region string, inner net.Listener) *Gate {
	g := &Gate{inner: inner, addr: inner.Addr(), conns: map[net.Conn]bool{}, opened: make(chan struct{})}
	close(g.opened)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.places[region].gates = append(w.places[region].gates, g)
	return g
}

// Accept implements net.Listener; it waits while the gate is shut.
func (g *Gate) Accept() (net.Conn, error) {
	for {
		g.mu.Lock()
		inner, opened, ended := g.inner, g.opened, g.ended
		g.mu.Unlock()
		if ended {
			return nil, net.ErrClosed
		}
		if inner == nil {
			<-opened
			continue
		}
		conn, err := inner.Accept()
		g.mu.Lock()
		if err == nil && g.inner == inner {
			gated := &gatedConn{conn, g}
			g.conns[gated] = true
			g.mu.Unlock()
			return gated, nil
		}
		shut := g.inner != inner
		g.mu.Unlock()
		if err == nil {
			conn.Close()
		} else if !shut {
			return nil, err
		}
	}
}

// Close implements net.Listener.
func (g *Gate) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return nil
	}
	g.ended = true
	if g.inner == nil {
		close(g.opened)
		return nil
	}
	inner := g.inner
	g.inner = nil
	return inner.Close()
}

// Addr implements net.Listener.
func (g *Gate) Addr() net.Addr { return g.addr }

// set opens or shuts the gate. A port that somebody else took meanwhile stays shut.
func (g *Gate) set(open bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.ended || open == (g.inner != nil):
		return nil
	case open:
		inner, err := net.Listen("tcp", g.addr.String())
		if err != nil {
			return err
		}
		g.inner = inner
		close(g.opened)
		return nil
	}
	err := g.inner.Close()
	g.inner, g.opened = nil, make(chan struct{})
	for conn := range g.conns {
		conn.(*gatedConn).Conn.Close()
	}
	clear(g.conns)
	return err
}

type gatedConn struct {
	net.Conn
	gate *Gate
}

func (c *gatedConn) Close() error {
	c.gate.mu.Lock()
	delete(c.gate.conns, c)
	c.gate.mu.Unlock()
	return c.Conn.Close()
}
