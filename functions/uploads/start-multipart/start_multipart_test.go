package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
)

const (
	name = "uploads/start-multipart"
	path = "/api/uploads/multipart"
)

func open(t testing.TB) (*localtest.Stand, *localtest.API, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.Serve(t, name, handler), stand.NewUser(t)
}

func asked(contentType string, size int64) string {
	return fmt.Sprintf(`{"fileName":"a.pdf","contentType":%q,"size":%d}`, contentType, size)
}

// begun counts the uploads in parts that S3 has open.
func begun(t testing.TB, stand *localtest.Stand) int {
	t.Helper()
	bucket := buckets.Bucket(stand, "STAGING_BUCKET")
	list, err := bucket.Client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket.Name})
	if err != nil {
		t.Fatal(err)
	}
	return len(list.Uploads)
}

func TestStartMultipartSaysHowToCutTheFile(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Post(path, user.Token, asked("application/pdf", 200_000_000)) })
	var got Out
	answer.Data(t, http.StatusCreated, &got)
	if at := answer.Header.Get("Location"); at != "/api/uploads/"+got.ID {
		t.Errorf("Location %q", at)
	}
	if got.PartSize != 8<<20 || got.Parts != 24 || got.ExpiresAt == "" || begun(t, stand) != 1 {
		t.Errorf("got %+v, %d begun", got, begun(t, stand))
	}
	if used, open := buckets.Used(t, stand, user); used != (domain.Usage{Bytes: 200_000_000, Files: 1}) || open != 1 {
		t.Errorf("counted %+v, %d open", used, open)
	}
}

func TestD82WhatHasNoPlaceIsNotBegun(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	for range 2 {
		api.Post(path, user.Token, asked("application/pdf", 500<<20)).Data(t, http.StatusCreated, &Out{})
	}
	api.Post(path, user.Token, asked("application/pdf", 500<<20)).Fails(t, http.StatusConflict, "upload.quota_exceeded")
	if n := begun(t, stand); n != 2 {
		t.Errorf("%d are begun, want 2", n)
	}
}

func TestBadRequestsAreRefused(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	api.Post(path, user.Token, asked("application/pdf", 500<<20+1)).Fails(t, http.StatusRequestEntityTooLarge, "upload.too_large")
	api.Post(path, user.Token, asked("image/png", 26<<20)).Fails(t, http.StatusRequestEntityTooLarge, "upload.image_too_large")
	if got := api.Post(path, user.Token, asked("text/html", 0)).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "contentType size" {
		t.Errorf("details name %q", got)
	}
	api.RefusesBadJSON(t, path, user.Token, asked("application/pdf", 5))
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodPost, Path: path, Body: asked("application/pdf", 5)})
	if n := begun(t, stand); n != 0 {
		t.Errorf("%d are begun", n)
	}
}
