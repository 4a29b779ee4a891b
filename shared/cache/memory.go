package cache

import (
	"container/list"
	"sync"
)

// memory holds values up to a number of bytes and forgets the one that was not asked for the longest.
type memory struct {
	mu    sync.Mutex
	room  int // bytes left
	byKey map[string]*list.Element
	order *list.List // of held, the latest first
}

type held struct {
	key   string
	value []byte
}

// overhead is what an entry takes beside key and value, roughly.
const overhead = 200

func (h held) size() int { return len(h.key) + len(h.value) + overhead }

func newMemory(bytes int) *memory {
	return &memory{room: bytes, byKey: map[string]*list.Element{}, order: list.New()}
}

func (m *memory) get(key string) ([]byte, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.byKey[key]
	if !ok {
		return nil, false
	}
	m.order.MoveToFront(e)
	return e.Value.(held).value, true
}

// put holds a value of a key that has none, and no value larger than all of the memory.
func (m *memory) put(key string, value []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, there := m.byKey[key]; there {
		return
	}
	h := held{key, value}
	m.byKey[key] = m.order.PushFront(h)
	for m.room -= h.size(); m.room < 0; {
		oldest := m.order.Remove(m.order.Back()).(held)
		delete(m.byKey, oldest.key)
		m.room += oldest.size()
	}
}
