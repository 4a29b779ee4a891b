package buckets

import (
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

// Start begins an upload in parts of a PDF, with the rights of start-multipart.
func Start(t testing.TB, stand *localtest.Stand, owner localtest.User, size int64) *domain.Upload {
	t.Helper()
	env := stand.Env(t, "uploads/start-multipart")
	bucket := env.Bucket("UPLOADS_BUCKET")
	asked := domain.UploadRequest{FileName: "large.pdf", ContentType: "application/pdf", Size: size}
	upload, err := domain.RequestUpload(owner.ID, bucket.Place(), asked, 500<<20, domain.PartsReserved, time.Now(), env.Random)
	must(t, err)
	id, err := bucket.Begin(t.Context(), upload)
	must(t, err)
	upload.InParts(id)
	must(t, env.Uploads().Create(t.Context(), upload, env.QuotaLimit()))
	return upload
}

// SendPart sends a part of content by a link that sign-parts would give.
func SendPart(t testing.TB, stand *localtest.Stand, upload *domain.Upload, number int, content []byte) localtest.Answer {
	t.Helper()
	sizes := upload.PartSizes()
	link, err := stand.Env(t, "uploads/sign-parts").Bucket("UPLOADS_BUCKET").PartLink(t.Context(), upload, number, sizes[number-1], time.Minute)
	must(t, err)
	begin := int64(number-1) * domain.PartSize
	return Follow(t, http.MethodPut, link, nil, content[begin:begin+sizes[number-1]])
}
