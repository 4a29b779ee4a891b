package s3

import (
	"crypto/md5"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api/middlewares"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3err"
)

// body is a file under bytes/ that no object has yet.
type body struct {
	Name     string
	Size     int64
	ETag     string // MD5 in hex, in quotes
	Checksum checksum
}

// checksum of an object or part, in base64.
type checksum struct {
	Algorithm types.ChecksumAlgorithm
	Type      types.ChecksumType
	Value     string
}

// sent finds the checksum that a request carries in one of the fields ChecksumCRC32, ChecksumSHA256 … of its struct.
func sent(request any) (found checksum) {
	fields := reflect.Indirect(reflect.ValueOf(request))
	for _, algorithm := range types.ChecksumAlgorithm("").Values() {
		if value, ok := fields.FieldByName("Checksum" + string(algorithm)).Interface().(*string); ok && value != nil {
			return checksum{Algorithm: algorithm, Value: *value}
		}
	}
	return found
}

// answer fills the fields that sent reads, and ChecksumType, of the struct that response points to.
func (c checksum) answer(response any) {
	if c.Algorithm == "" {
		return
	}
	fields := reflect.ValueOf(response).Elem()
	fields.FieldByName("Checksum" + string(c.Algorithm)).Set(reflect.ValueOf(&c.Value))
	switch kind := fields.FieldByName("ChecksumType"); {
	case !kind.IsValid():
	case kind.Kind() == reflect.Pointer:
		kind.Set(reflect.ValueOf(&c.Type))
	default:
		kind.Set(reflect.ValueOf(c.Type))
	}
}

// create makes the file of a new body.
func (s *store) create() (file *os.File, name string, err error) {
	name = rand.Text()
	file, err = os.OpenFile(s.file(name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	return file, name, err
}

// receive writes a request's body to a file. It must be of the length given, unless that is negative, and have the checksum
// wanted.Value if there is one. Without an algorithm CRC64NVME is computed, as S3 does.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
func (s *store) receive(from io.Reader, length int64, wanted checksum) (_ body, err error) {
	trailer, _ := from.(middlewares.ChecksumReader)
	if trailer != nil && trailer.Algorithm() != "" {
		wanted = checksum{Algorithm: types.ChecksumAlgorithm(strings.ToUpper(trailer.Algorithm()))}
	} else {
		trailer = nil
	}
	if wanted.Algorithm == "" {
		wanted.Algorithm = types.ChecksumAlgorithmCrc64nvme
	}
	sum, err := utils.NewHashReader(from, wanted.Value, utils.HashType(strings.ToLower(string(wanted.Algorithm))))
	if err != nil {
		return body{}, s.failed(err)
	}
	file, name, err := s.create()
	if err != nil {
		return body{}, s.failed(err)
	}
	b := body{Name: name}
	defer func() {
		if err = s.failed(errors.Join(err, file.Close())); err != nil {
			s.remove(b.Name)
		}
	}()
	digest := md5.New()
	if b.Size, err = io.Copy(io.MultiWriter(file, digest), sum); err != nil {
		return body{}, err
	}
	if length >= 0 && b.Size != length {
		return body{}, s3err.GetAPIError(s3err.ErrIncompleteBody)
	}
	b.ETag = backend.GenerateEtag(digest)
	b.Checksum = checksum{Algorithm: wanted.Algorithm, Type: types.ChecksumTypeFullObject, Value: sum.Sum()}
	if trailer != nil {
		b.Checksum.Value = trailer.Checksum()
	}
	return b, file.Sync()
}
