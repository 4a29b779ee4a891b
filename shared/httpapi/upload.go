package httpapi

import "lyceum/shared/domain"

// UploadView is an upload as its owner sees it.
type UploadView struct {
	ID           string `json:"id"`
	Status       string `json:"status"`           // requested, confirmed, refused
	Reason       string `json:"reason,omitempty"` // code of the fault it was refused with
	OriginalName string `json:"originalName"`
	ContentType  string `json:"contentType"`
	Size         int64  `json:"size"`               // bytes
	Checksum     string `json:"checksum,omitempty"` // SHA-256 in base64
	InParts      bool   `json:"inParts"`
	URL          string `json:"url"` // yields the bytes to the owner, once confirmed
	CreatedAt    string `json:"createdAt"`
	ExpiresAt    string `json:"expiresAt,omitempty"` // until when the bytes must have come, if they have not
}

// Location implements Located.
func (v UploadView) Location() string { return v.URL }

// ViewUpload shows an upload; the request tells the host.
func ViewUpload(u *domain.Upload, r *Request) UploadView {
	s := u.State()
	v := UploadView{
		ID: s.ID.String(), Status: string(s.Status), Reason: s.Reason, OriginalName: s.OriginalName, ContentType: s.ContentType, Size: s.Size,
		Checksum: s.SHA256, InParts: s.Parts != "", URL: r.BaseURL() + "/api/uploads/" + s.ID.String() + "/content", CreatedAt: domain.FormatTime(s.CreatedAt),
	}
	if s.Status == domain.StatusRequested {
		v.ExpiresAt = domain.FormatTime(s.Until)
	}
	return v
}
