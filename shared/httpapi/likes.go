package httpapi

import (
	"strconv"

	"lyceum/shared/domain"
)

// LikesView is how a lesson is liked.
type LikesView struct {
	Likes int  `json:"likes"` // users who like it
	Liked bool `json:"liked"` // whether the caller does
}

// ViewLikes shows likes.
func ViewLikes(l domain.Likes) LikesView { return LikesView{l.Count, l.Mine} }

// Tag says the same for an ETag: the number, and + if the caller is one of them.
func (v LikesView) Tag() string {
	if v.Liked {
		return strconv.Itoa(v.Likes) + "+"
	}
	return strconv.Itoa(v.Likes)
}
