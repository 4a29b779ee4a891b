package httpapi

import "lyceum/shared/domain"

// LikesView is how a lesson is liked.
type LikesView struct {
	Likes int  `json:"likes"` // users who like it
	Liked bool `json:"liked"` // whether the caller does
}

// ViewLikes shows likes.
func ViewLikes(l domain.Likes) LikesView { return LikesView{l.Count, l.Mine} }
