package cache

import (
	"encoding/json"
	"fmt"

	"lyceum/shared/domain"
)

// userRecord is a user as text. Values of the domain keep their fields to themselves, so each is written and restored by name; a test
// holds the record to every field of domain.UserState.
type userRecord struct {
	ID             string `json:"id"`
	Email          string `json:"email"`
	EmailVerified  bool   `json:"emailVerified"`
	PendingEmail   string `json:"pendingEmail,omitempty"`
	FormerEmail    string `json:"formerEmail,omitempty"`
	FormerVerified bool   `json:"formerVerified,omitempty"`
	Username       string `json:"username"`
	Role           string `json:"role"`
	TimeZone       string `json:"timeZone,omitempty"`
	CreatedAt      string `json:"createdAt"`
	UpdatedAt      string `json:"updatedAt"`
	Version        int    `json:"version"`
}

// EncodeUser makes bytes of a user, from which DecodeUser makes an equal one.
func EncodeUser(user *domain.User) ([]byte, error) {
	s := user.State()
	return json.Marshal(userRecord{
		s.ID.String(), s.Email.String(), s.EmailVerified, s.PendingEmail.String(), s.FormerEmail.String(), s.FormerVerified, s.Username.String(), s.Role.String(),
		s.TimeZone.String(), domain.FormatTime(s.CreatedAt), domain.FormatTime(s.UpdatedAt), s.Version,
	})
}

// DecodeUser reads what EncodeUser made. Bytes of another shape are an error, not half a user.
func DecodeUser(b []byte) (*domain.User, error) {
	var r userRecord
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("cached user: %w", err)
	}
	id, err := domain.ParseID[domain.User](r.ID)
	if err != nil || r.Version < 1 || r.Email == "" || r.CreatedAt == "" {
		return nil, fmt.Errorf("cached user: not a user")
	}
	return domain.RestoreUser(domain.UserState{
		ID: id, Email: domain.RestoreEmail(r.Email), EmailVerified: r.EmailVerified, PendingEmail: domain.RestoreEmail(r.PendingEmail),
		FormerEmail: domain.RestoreEmail(r.FormerEmail), FormerVerified: r.FormerVerified, Username: domain.RestoreUsername(r.Username), Role: domain.RestoreRole(r.Role),
		TimeZone: domain.RestoreZone(r.TimeZone), CreatedAt: domain.RestoreTime(r.CreatedAt), UpdatedAt: domain.RestoreTime(r.UpdatedAt), Version: r.Version,
	}), nil
}
