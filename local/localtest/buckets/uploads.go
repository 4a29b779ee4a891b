package buckets

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/local/localtest"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
	"lyceum/shared/objects"
)

// Request makes an upload that waits for its bytes and the form that sends them, with the rights of request-upload.
func Request(t testing.TB, stand *localtest.Stand, owner localtest.User, name, contentType string, size int64) (*domain.Upload, objects.Form) {
	t.Helper()
	env := stand.Env(t, "uploads/request-upload")
	bucket := env.Bucket("UPLOADS_BUCKET")
	asked := domain.UploadRequest{FileName: name, ContentType: contentType, Size: size}
	upload, err := domain.RequestUpload(owner.ID, bucket.Place(), asked, 500<<20, domain.FormReserved, time.Now(), env.Random)
	must(t, err)
	must(t, env.Uploads().Create(t.Context(), upload, env.QuotaLimit()))
	form, err := bucket.Form(t.Context(), upload, time.Minute)
	must(t, err)
	return upload, form
}

// Store makes a confirmed upload, on the way that a client goes.
func Store(t testing.TB, stand *localtest.Stand, owner localtest.User, name, contentType string, content []byte) *domain.Upload {
	t.Helper()
	upload, form := Request(t, stand, owner, name, contentType, int64(len(content)))
	if got := Send(t, form, content); got.Status != http.StatusNoContent {
		t.Fatalf("S3 answers %d %s", got.Status, got.Body)
	}
	upload, err := stand.Env(t, "uploads/confirm-upload").Confirmation().Do(t.Context(), owner.ID, upload.State().ID)
	must(t, err)
	return upload
}

// Pictures makes objects in every folder: an upload that has arrived and nobody has confirmed, and one that is its owner's avatar.
func Pictures(t testing.TB, stand *localtest.Stand, owner localtest.User) {
	t.Helper()
	content := files.PNG(files.Picture(9, 9))
	_, form := Request(t, stand, owner, "a.png", "image/png", int64(len(content)))
	Send(t, form, content)
	avatar := Store(t, stand, owner, "b.png", "image/png", content).State().ID
	env := stand.Env(t, "users/set-avatar")
	_, err := env.Uploads().SetAvatar(t.Context(), owner.ID, avatar, func(u *domain.Upload) (domain.Event, error) {
		return u.UseAsAvatar(time.Now(), env.Random)
	})
	must(t, err)
	must(t, Bucket(stand, "UPLOADS_BUCKET").Put(t.Context(), domain.ThumbnailKeys(avatar)[0], "image/jpeg", content))
}

// Send posts a form to S3 as a browser does: the fields, then the file.
func Send(t testing.TB, form objects.Form, content []byte) localtest.Answer {
	t.Helper()
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for name, value := range form.Fields {
		must(t, parts.WriteField(name, value))
	}
	file, err := parts.CreateFormFile("file", "x")
	must(t, err)
	_, err = file.Write(content)
	must(t, err)
	must(t, parts.Close())
	return Follow(t, http.MethodPost, form.URL, http.Header{"Content-Type": {parts.FormDataContentType()}}, body.Bytes())
}

// Follow sends a request to S3 without any token, as a browser that follows a link.
func Follow(t testing.TB, method, to string, header http.Header, body []byte) localtest.Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, to, bytes.NewReader(body))
	must(t, err)
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	must(t, err)
	return localtest.Answer{Status: res.StatusCode, Header: res.Header, Body: content}
}

// Keys are the keys of all objects in the uploads bucket and in staging.
func Keys(t testing.TB, stand *localtest.Stand) (keys []string) {
	t.Helper()
	for _, variable := range []string{"UPLOADS_BUCKET", "STAGING_BUCKET"} {
		bucket := Bucket(stand, variable)
		pages := s3.NewListObjectsV2Paginator(bucket.Client, &s3.ListObjectsV2Input{Bucket: &bucket.Name})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			must(t, err)
			for _, object := range page.Contents {
				keys = append(keys, *object.Key)
			}
		}
	}
	return keys
}

// Used is what the quota counts of a user, and how many uploads are open.
func Used(t testing.TB, stand *localtest.Stand, owner localtest.User) (used domain.Usage, open int) {
	t.Helper()
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if item["pk"] == "USER#"+owner.ID.String() && item["sk"] == "QUOTA#"+localtest.Region {
			waiting, _ := item["open"].(map[string]any)
			return domain.Usage{Bytes: int64(item["bytes"].(float64)), Files: int(item["files"].(float64))}, len(waiting)
		}
	}
	return domain.Usage{}, 0
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Versions are the keys of all versions, marks of deletions and open uploads in parts, in the
// uploads bucket and in staging.
func Versions(t testing.TB, stand *localtest.Stand) (keys []string) {
	t.Helper()
	for _, variable := range []string{"UPLOADS_BUCKET", "STAGING_BUCKET"} {
		bucket := Bucket(stand, variable)
		all, err := bucket.Client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket.Name})
		must(t, err)
		for _, v := range all.Versions {
			keys = append(keys, *v.Key)
		}
		for _, m := range all.DeleteMarkers {
			keys = append(keys, *m.Key)
		}
		parts, err := bucket.Client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket.Name})
		must(t, err)
		for _, u := range parts.Uploads {
			keys = append(keys, *u.Key)
		}
	}
	return keys
}
