package main

import (
	"context"
	"path/filepath"

	"lyceum/local/iam"
	"lyceum/local/mailbox"
	"lyceum/local/stack"
)

// openMailbox serves SES and the page that shows what was sent, beside the API.
func (c *cloud) openMailbox(context.Context) error {
	dir := c.set.data
	if dir != "" {
		dir = filepath.Join(dir, "mail")
	}
	box, err := mailbox.Open(mailbox.Options{
		Dir: dir, Region: c.set.region, AccountID: stack.AccountID, Log: c.log, Secret: c.stack.Secret,
		Authorize: func(accessKeyID, action, resource string) error {
			return c.stack.Authorize(accessKeyID, iam.Call{Action: action, Resource: resource})
		},
	})
	if err != nil {
		return err
	}
	c.stack.SES = c.url(apiPart) + mailbox.SESPath
	c.local.HandleFunc(mailbox.SESPath+"/", box.SES)
	c.local.HandleFunc(mailbox.PagePath, box.Page)
	c.local.HandleFunc(mailbox.PagePath+"/", box.Page)
	return nil
}
