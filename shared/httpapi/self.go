package httpapi

import "lyceum/shared/domain"

// Self is a user as shown to that user alone. Others never get the e-mail address.
type Self struct {
	ID            string `json:"id"`
	Email         string `json:"email"`
	EmailVerified bool   `json:"emailVerified"`
	PendingEmail  string `json:"pendingEmail,omitempty"` // that becomes the address when its link is opened
	Username      string `json:"username"`
	Role          string `json:"role"`
	TimeZone      string `json:"timeZone"`  // of the IANA database; days are counted in it
	CreatedAt     string `json:"createdAt"` // RFC 3339, UTC, milliseconds
	UpdatedAt     string `json:"updatedAt"`
}

// ViewSelf shows a user to themselves.
func ViewSelf(u *domain.User) Self {
	s := u.State()
	return Self{
		ID: s.ID.String(), Email: s.Email.String(), EmailVerified: s.EmailVerified, PendingEmail: s.PendingEmail.String(), Username: s.Username.String(), Role: s.Role.String(),
		TimeZone:  s.TimeZone.String(),
		CreatedAt: domain.FormatTime(s.CreatedAt), UpdatedAt: domain.FormatTime(s.UpdatedAt),
	}
}
