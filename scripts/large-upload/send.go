package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
)

// send is the client: it asks what is missing and sends that, part by part.
func send(c client, id, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	var list struct {
		PartSize int64
		Missing  []int
	}
	if err := c.call("GET", "/api/uploads/"+id+"/parts", "", &list); err != nil {
		return err
	}
	for _, number := range list.Missing {
		var links struct {
			Parts []struct {
				URL  string
				Size int64
			}
		}
		if err := c.call("POST", "/api/uploads/"+id+"/parts", fmt.Sprintf(`{"numbers":[%d]}`, number), &links); err != nil {
			return err
		}
		part := make([]byte, links.Parts[0].Size)
		if _, err := file.ReadAt(part, int64(number-1)*list.PartSize); err != nil && err != io.EOF {
			return err
		}
		req, err := http.NewRequest("PUT", links.Parts[0].URL, bytes.NewReader(part))
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		answer, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("part %d: %d %s", number, res.StatusCode, answer)
		}
	}
	return nil
}
