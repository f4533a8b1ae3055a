package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var squeezers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return w
}}

// worthSqueezing is the length in bytes from which compression pays.
const worthSqueezing = 1400

// keptBuffer is the largest buffer that is kept for the next page, so that one huge page does not hold memory for ever.
const keptBuffer = 4 << 20

// Render writes a page: whole into memory first, so that a template's fault becomes an error page and never half a page.
// A page that has not changed since the browser's copy is answered with 304.
func (s *Site) Render(w http.ResponseWriter, r *http.Request, p Page) error {
	b := buffers.Get().(*bytes.Buffer)
	defer release(b)
	b.Reset()
	if err := s.layout(p).Render(r.Context(), b); err != nil {
		return err
	}
	return send(w, r, p.Status, b.Bytes())
}

func release(b *bytes.Buffer) {
	if b.Cap() <= keptBuffer {
		buffers.Put(b)
	}
}

func send(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "private, no-cache")
	h.Add("Vary", "Accept-Encoding")
	if status == 0 {
		status = http.StatusOK
	}
	sum := sha256.Sum256(body)
	if status == http.StatusOK {
		tag := etag(sum)
		h.Set("ETag", tag)
		if strings.Contains(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	if len(body) >= worthSqueezing && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return sendSqueezed(w, status, sum, body)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}

func sendSqueezed(w http.ResponseWriter, status int, sum [sha256.Size]byte, body []byte) error {
	small, err := squeezed.of(sum, body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Length", strconv.Itoa(len(small)))
	w.WriteHeader(status)
	_, err = w.Write(small)
	return err
}

// squeezed keeps compressed pages: a page that is read again is mostly the same, and compressing it costs more than making it.
var squeezed squeezedPages

// mostSqueezed bounds the bytes of compressed pages that are kept.
const mostSqueezed = 16 << 20

// squeezedPages are compressed pages by the sum of what they hold.
type squeezedPages struct {
	mu    sync.Mutex
	pages map[[sha256.Size]byte][]byte
	bytes int
}

// of is the body compressed; it must not be changed.
func (s *squeezedPages) of(sum [sha256.Size]byte, body []byte) ([]byte, error) {
	s.mu.Lock()
	small, kept := s.pages[sum]
	s.mu.Unlock()
	if kept {
		return small, nil
	}
	small, err := squeeze(body)
	if err == nil {
		s.keep(sum, small)
	}
	return small, err
}

func (s *squeezedPages) keep(sum [sha256.Size]byte, small []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, kept := s.pages[sum]; kept || len(small) > mostSqueezed/16 {
		return
	}
	for k, page := range s.pages { // any of them: which is wanted next, nobody knows
		if s.bytes+len(small) <= mostSqueezed {
			break
		}
		s.bytes -= len(page)
		delete(s.pages, k)
	}
	if s.pages == nil {
		s.pages = map[[sha256.Size]byte][]byte{}
	}
	s.pages[sum] = small
	s.bytes += len(small)
}

func squeeze(body []byte) ([]byte, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer release(b)
	b.Reset()
	z := squeezers.Get().(*gzip.Writer)
	defer squeezers.Put(z)
	z.Reset(b)
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return bytes.Clone(b.Bytes()), nil
}

// etag is weak because the same page goes out compressed and not.
func etag(sum [sha256.Size]byte) string {
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:9]) + `"`
}
