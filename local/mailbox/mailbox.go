// Package mailbox is SES on one machine: it takes what functions send by the action SendEmail of the SES API v2, keeps it as .eml files
// that mail programs open, and shows it, the newest first, so that developers follow the links.
//
// Nothing leaves the machine. What it does not know of SendEmail it refuses.
package mailbox

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// kept bounds how many messages are shown; older ones stay as files.
const kept = 1000

// Options says where messages lie and who may send.
type Options struct {
	Dir               string // "" keeps them in memory
	Region, AccountID string
	Log               *slog.Logger
	// Secret gives the secret of an access key; ok is false for a key nobody has.
	Secret func(accessKeyID string) (secret string, ok bool)
	// Authorize judges one call; its error is told to the caller.
	Authorize func(accessKeyID, action, resource string) error
}

// Message is one mail as it was sent.
type Message struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	HTML    string    `json:"html"`

	raw []byte
}

// Box keeps messages. It is safe for concurrent use.
type Box struct {
	opts Options

	mu       sync.Mutex
	messages []Message // oldest first
}

// Open reads what the folder has.
func Open(o Options) (*Box, error) {
	b := &Box{opts: o}
	if o.Dir == "" {
		return b, nil
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(o.Dir, "*.eml"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names) // they begin with the time
	for _, name := range names[max(0, len(names)-kept):] {
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m, err := parse(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w; remove the file", name, err)
		}
		m.ID = strings.TrimSuffix(filepath.Base(name), ".eml")
		b.messages = append(b.messages, m)
	}
	return b, nil
}

// Messages are those sent to an address, "" for all, the newest first.
func (b *Box) Messages(to string) []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := []Message{}
	for _, m := range slices.Backward(b.messages) {
		if to == "" || strings.EqualFold(m.To, to) {
			found = append(found, m)
		}
	}
	return found
}

// add keeps a message and answers its id.
func (b *Box) add(m Message) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m.At = time.Now().UTC().Truncate(time.Millisecond)
	if n := len(b.messages); n > 0 && !m.At.After(b.messages[n-1].At) { // their times are their order, after a restart too
		m.At = b.messages[n-1].At.Add(time.Millisecond)
	}
	m.ID = m.At.Format("20060102T150405.000") + "-" + rand.Text()[:8]
	var err error
	if m.raw, err = m.eml(); err != nil {
		return "", err
	}
	if b.opts.Dir != "" {
		file := filepath.Join(b.opts.Dir, m.ID)
		if err := os.WriteFile(file+".new", m.raw, 0o600); err != nil {
			return "", err
		}
		if err := os.Rename(file+".new", file+".eml"); err != nil {
			return "", err
		}
	}
	b.messages = append(b.messages, m)
	b.messages = b.messages[max(0, len(b.messages)-kept):]
	return m.ID, nil
}

// eml writes the message as RFC 5322 and MIME want it: text first, HTML as the better alternative.
func (m Message) eml() ([]byte, error) {
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s@local>\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/alternative; boundary=%s\r\n\r\n",
		m.From, m.To, mime.QEncoding.Encode("utf-8", m.Subject), m.At.Format("Mon, 2 Jan 2006 15:04:05.000 -0700"), m.ID, parts.Boundary())
	for _, part := range []struct{ media, body string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		w, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {part.media + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return nil, err
		}
		encoded := quotedprintable.NewWriter(w)
		if _, err := io.WriteString(encoded, part.body); err != nil {
			return nil, err
		}
		if err := encoded.Close(); err != nil {
			return nil, err
		}
	}
	err := parts.Close()
	return b.Bytes(), err
}

// parse reads what eml wrote.
func parse(raw []byte) (Message, error) {
	read, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Message{}, err
	}
	m := Message{From: read.Header.Get("From"), To: read.Header.Get("To"), raw: raw}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject")); err != nil {
		return Message{}, err
	}
	if m.At, err = read.Header.Date(); err != nil {
		return Message{}, err
	}
	_, params, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	if err != nil {
		return Message{}, err
	}
	parts := multipart.NewReader(read.Body, params["boundary"])
	for _, body := range []*string{&m.Text, &m.HTML} {
		part, err := parts.NextPart() // decodes quoted-printable
		if err != nil {
			return Message{}, err
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return Message{}, err
		}
		*body = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	return m, nil
}
