package httpapi

import "lyceum/shared/domain"

// User is a user as anybody who is signed in may see them: without the e-mail address.
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

// AdminUser is a user as admins see them: a name can be anybody's, a verified address is one
// person's.
type AdminUser struct {
	User
	Email *string `json:"email"` // null while it is not verified
}

// ViewForAdmin shows a user to admins.
func ViewForAdmin(u *domain.User) AdminUser {
	view := AdminUser{User: ViewUser(u)}
	if s := u.State(); s.EmailVerified {
		email := s.Email.String()
		view.Email = &email
	}
	return view
}
