package platform

import (
	"errors"
	"net/mail"
	"net/url"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	sender "lyceum/shared/mail"
)

var plainAddress = regexp.MustCompile(`^[a-z0-9._+-]+@[a-z0-9.-]+$`)

// Mailer sends mail from the address in MAIL_FROM.
func (e *Env) Mailer() sender.SES {
	from := e.Var("MAIL_FROM")
	// What SES says of an address that it cannot take must be about the recipient's, so this one is
	// held to the stricter rules.
	if address, err := domain.ParseEmail(from); err != nil || !plainAddress.MatchString(address.String()) {
		e.fail("MAIL_FROM", errors.New("must be a mail address such as no-reply@example.org, of letters, digits and . _ + -"))
	}
	endpoint := e.endpoint("AWS_ENDPOINT_URL_SESV2")
	client := sesv2.NewFromConfig(e.config(), func(o *sesv2.Options) { o.BaseEndpoint = endpoint })
	return sender.SES{Client: client, From: (&mail.Address{Name: "Lyceum", Address: from}).String()}
}

// Links makes links to the web application at LINK_BASE_URL with the key in LINK_KEY, which only functions that write mails are given.
func (e *Env) Links() auth.Links {
	key, err := auth.NewLinkKey(e.Var("LINK_KEY"))
	key = must(e, "LINK_KEY", key, err)
	base := e.Var("LINK_BASE_URL")
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Scheme+"://"+u.Host != base {
		e.fail("LINK_BASE_URL", errors.New("must be an origin such as https://learn.example.org, without a path"))
	}
	return auth.Links{Store: e.Accounts(), Key: key, Base: base, Now: e.Now}
}
