package httpapi

import "lyceum/shared/domain"

// User is a user as anybody who is signed in may see them, admins too: without the e-mail address.
type User struct {
	ID        string `json:"id"`
	Username  string `json:"username"`
	Role      string `json:"role"`
	CreatedAt string `json:"createdAt"`
}

// ViewUser shows a user to others.
func ViewUser(u *domain.User) User {
	s := u.State()
	return User{ID: s.ID.String(), Username: s.Username.String(), Role: s.Role.String(), CreatedAt: domain.FormatTime(s.CreatedAt)}
}
