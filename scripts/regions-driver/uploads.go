package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"sync"
	"time"
)

// upload is a file that a user has sent.
type upload struct {
	id        string
	content   []byte
	confirmed bool // else its confirmation has no answer
}

// upload sends a small picture, through the function or by a form that S3 takes, and reads it at once in another region.
func (w *work) upload(p *person, random *rand.Rand) {
	u := &upload{content: picture(random)}
	send := w.sendForm
	if random.IntN(2) == 0 {
		send = w.sendWhole
	}
	u.confirmed = send(p, u)
	if u.id != "" {
		p.uploads = append(p.uploads, u)
	}
	if !u.confirmed {
		return
	}
	w.history.count("uploads")
	p.region = (p.region + 1 + random.IntN(len(w.cloud.apis)-1)) % len(w.cloud.apis)
	for i := range 4 {
		if w.read(p.region, p, u) {
			w.history.count([]string{"uploads read at once", "uploads read after a moment"}[min(i, 1)])
			return
		}
		time.Sleep(500 * time.Millisecond)
	}
	w.history.count("uploads that had not arrived")
}

// picture is a PNG that no other is like.
func picture(random *rand.Rand) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, 8, 8))
	for i := range m.Pix {
		m.Pix[i] = byte(random.IntN(256))
	}
	var content bytes.Buffer
	if err := png.Encode(&content, m); err != nil {
		panic(err)
	}
	return content.Bytes()
}

// sendWhole sends the file through the function.
func (w *work) sendWhole(p *person, u *upload) bool {
	media, body := form(nil, u.content)
	got := w.history.took(w.cloud.send(request{method: "POST", url: w.cloud.apis[p.region] + "/api/uploads", token: p.AccessToken, media: media, body: body}))
	return got.ok() && w.named(u, got.data)
}

// sendForm asks for a form, sends it to S3 and has what arrived confirmed.
func (w *work) sendForm(p *person, u *upload) bool {
	got := w.history.took(w.cloud.call(p.region, "POST", "/api/uploads/request", p.AccessToken,
		map[string]any{"fileName": "driver.png", "contentType": "image/png", "size": len(u.content)}))
	var to struct {
		URL    string
		Fields map[string]string
	}
	if !got.ok() || !w.named(u, got.data) || json.Unmarshal(got.data, &to) != nil {
		return false
	}
	media, body := form(to.Fields, u.content)
	if !w.cloud.send(request{method: "POST", url: to.URL, media: media, body: body}).ok() {
		return false
	}
	return w.history.took(w.cloud.call(p.region, "POST", "/api/uploads/"+u.id+"/confirm", p.AccessToken, nil)).ok()
}

func (w *work) named(u *upload, data json.RawMessage) bool {
	var made struct{ ID string }
	err := json.Unmarshal(data, &made)
	u.id = made.ID
	return err == nil && u.id != ""
}

// form is a multipart form with the file as its last part.
func form(fields map[string]string, content []byte) (media string, body []byte) {
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	for name, value := range fields {
		_ = parts.WriteField(name, value) // a bytes.Buffer takes everything
	}
	file, _ := parts.CreateFormFile("file", "driver.png")
	_, _ = file.Write(content)
	_ = parts.Close()
	return parts.FormDataContentType(), b.Bytes()
}

// read tells whether a region yields the file's bytes. It may say that the record has not arrived (404), that it cannot serve (5xx), or
// nothing. Once it leads to the bytes, S3 must have them or be out of reach.
func (w *work) read(region int, p *person, u *upload) bool {
	got := w.history.took(w.cloud.ask(region, "GET", "/api/uploads/"+u.id+"/content", p.AccessToken, nil))
	switch {
	case got.status == http.StatusNotFound || got.unknown():
		return false
	case got.status != http.StatusFound:
		w.history.broke("%s: %s answers %d to upload %s", p.name, w.cloud.names[region], got.status, u.id)
		return false
	}
	file := w.cloud.send(request{method: "GET", url: got.header.Get("Location")})
	if !file.unknown() && (file.status != http.StatusOK || !bytes.Equal(file.body, u.content)) {
		w.history.broke("%s: %s leads to %d with %d bytes of upload %s, it has %d", p.name, w.cloud.names[region], file.status, len(file.body), u.id, len(u.content))
	}
	return file.status == http.StatusOK
}

// checkUploads reads every file in every region.
func (w *work) checkUploads() *verdict {
	v := &verdict{}
	var mu sync.Mutex
	files, unanswered := 0, 0
	w.each(func(p *person) {
		for _, u := range p.uploads {
			there := 0
			for region, name := range w.cloud.names {
				switch ok := w.read(region, p, u); {
				case ok:
					there++
				case u.confirmed:
					v.say("%s: %s does not yield upload %s", p.name, name, u.id)
				}
			}
			if !u.confirmed && there > 0 && there < len(w.cloud.names) {
				v.say("%s: %d regions yield upload %s, whose confirmation had no answer", p.name, there, u.id)
			}
			mu.Lock()
			if files++; !u.confirmed {
				unanswered++
			}
			mu.Unlock()
		}
	})
	h := w.history
	v.text = fmt.Sprintf("uploads: %d confirmed, elsewhere %d read at once, %d within 2 s, %d later; %d more without answer",
		files-unanswered, h.counts["uploads read at once"], h.counts["uploads read after a moment"], h.counts["uploads that had not arrived"], unanswered)
	v.claim = "the right bytes in every region"
	return v
}
