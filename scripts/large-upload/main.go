// Command large-upload sends a file of 200 MB in parts to a running `go run ./local`, from a client that is killed twice and goes on from
// what has arrived, fetches it back, compares, and tells how much memory the functions took: none may have had 64 MB or more.
//
//	go run ./scripts/large-upload http://localhost:3000
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	size     = 200_000_000
	maxBytes = 64 << 20 // of memory
)

func main() {
	run := measure
	if len(os.Args) == 5 && os.Args[2] == "send" {
		run = func(api string) error { return send(client{api, os.Getenv("TOKEN")}, os.Args[3], os.Args[4]) }
	}
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: large-upload <URL of the API>")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "large-upload:", err)
		os.Exit(1)
	}
}

func measure(api string) error {
	dir, err := os.MkdirTemp("", "large-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file, want, err := makeFile(dir)
	if err != nil {
		return err
	}
	c := client{api: api}
	var account struct{ AccessToken string }
	who := fmt.Sprintf(`{"email":"large%d@example.org","username":"Large","password":"correct horse battery"}`, time.Now().UnixNano())
	if err := c.call("POST", "/api/auth/register", who, &account); err != nil {
		return err
	}
	c.token = account.AccessToken
	var upload struct {
		ID    string
		Parts int
	}
	if err := c.call("POST", "/api/uploads/multipart", fmt.Sprintf(`{"fileName":"large.pdf","contentType":"application/pdf","size":%d}`, size), &upload); err != nil {
		return err
	}
	for _, killAt := range []int{upload.Parts / 3, upload.Parts * 2 / 3, 0} {
		if err := c.client(upload.ID, file, killAt); err != nil {
			return err
		}
	}
	begin := time.Now()
	if err := c.call("POST", "/api/uploads/"+upload.ID+"/complete", "", nil); err != nil {
		return err
	}
	fmt.Printf("joined and confirmed in %v\n", time.Since(begin).Round(time.Millisecond))
	got, err := c.sum("/api/uploads/" + upload.ID + "/content")
	if err != nil {
		return err
	}
	fmt.Printf("SHA-256 sent    %x\nSHA-256 fetched %x\n", want, got)
	if !bytes.Equal(got, want) {
		return errors.New("they differ")
	}
	return memory()
}

// makeFile writes a PDF of random bytes.
func makeFile(dir string) (name string, sum []byte, err error) {
	name = filepath.Join(dir, "large.pdf")
	file, err := os.Create(name)
	if err != nil {
		return "", nil, err
	}
	const head, tail = "%PDF-1.7\n", "\n%%EOF\n"
	hash := sha256.New()
	content := io.MultiReader(strings.NewReader(head), io.LimitReader(rand.NewChaCha8([32]byte{7}), size-int64(len(head)+len(tail))), strings.NewReader(tail))
	_, err = io.Copy(io.MultiWriter(file, hash), content)
	return name, hash.Sum(nil), errors.Join(err, file.Close())
}

// client runs a client process and kills it once so many parts have arrived; 0 lets it end.
func (c client) client(id, file string, killAt int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	process := exec.Command(self, c.api, "send", id, file)
	process.Env = append(os.Environ(), "TOKEN="+c.token)
	process.Stderr = os.Stderr
	if err := process.Start(); err != nil {
		return err
	}
	for killAt > 0 {
		var list struct{ Parts, Missing []any }
		if err := c.call("GET", "/api/uploads/"+id+"/parts", "", &list); err != nil {
			return err
		}
		if len(list.Parts) >= killAt {
			if err := process.Process.Kill(); err != nil {
				return err
			}
			_ = process.Wait()
			fmt.Printf("killed the client when %d parts had arrived and %d were missing\n", len(list.Parts), len(list.Missing))
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return process.Wait()
}

type client struct{ api, token string }

func (c client) call(method, path, body string, out any) error {
	req, err := http.NewRequest(method, c.api+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %s %w", method, path, res.StatusCode, answer, err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, &struct{ Data any }{out})
}

func (c client) sum(path string) ([]byte, error) {
	req, err := http.NewRequest("GET", c.api+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	// S3 refuses a request that is signed in its URL and in a header too. Go sends the token on to
	// another port of the same host.
	client := &http.Client{CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		next.Header.Del("Authorization")
		return nil
	}}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	hash := sha256.New()
	n, err := io.Copy(hash, res.Body)
	if err == nil && (n != size || res.StatusCode != http.StatusOK) {
		err = fmt.Errorf("%s yields %d, %d bytes", path, res.StatusCode, n)
	}
	return hash.Sum(nil), err
}
