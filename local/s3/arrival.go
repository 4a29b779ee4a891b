package s3

import (
	"encoding/xml"
	"io"

	"github.com/gofiber/fiber/v3"
)

// maxDrained bounds what is read of a body that was refused, in bytes.
const maxDrained = 64 << 20

// readOut reads the rest of a body that was refused before it was read, such as a form that is too
// large: a connection that is closed over unread bytes is reset, and its client never sees the
// answer.
func readOut(c fiber.Ctx) error {
	err := c.Next()
	if body := c.Request().BodyStream(); body != nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(body, maxDrained))
	}
	return err
}

// oneSignature refuses a request that is signed by its link and by its header too, as S3 does: a
// client that takes its token along when it is redirected to a link fails here as there.
func oneSignature(c fiber.Ctx) error {
	if c.Get(fiber.HeaderAuthorization) == "" || c.Query("X-Amz-Signature") == "" && c.Query("Signature") == "" {
		return c.Next()
	}
	answer, err := xml.Marshal(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: "InvalidArgument", Message: "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified"})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationXML)
	return c.Status(fiber.StatusBadRequest).Send(answer)
}
