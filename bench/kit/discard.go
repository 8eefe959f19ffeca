package kit

import "net/http"

// Discard is a ResponseWriter with a real header map that counts the bytes it
// is given and drops them. Reset makes it fit for the next response; the header
// map stays, as a connection's does not, so its growth is not measured.
type Discard struct {
	Status int
	Bytes  int
	header http.Header

	// What keeps the memory that other goroutines read and write out of the
	// cache lines that this writer writes to: its fields, and the insides of
	// its map. The allocator places objects of one size one after the other, so
	// maps that nobody touches go before and behind it: without those before it
	// the header of the other goroutine's request lay there, which larder reads
	// and limit-floor does not, and a second core seemed to bring little.
	_             [128]byte
	before, after [4]http.Header
}

// NewDiscard returns a writer whose header map has room for 16 fields.
func NewDiscard() *Discard {
	d := new(Discard)
	for i := range d.before {
		d.before[i] = make(http.Header, 16)
	}
	d.header = make(http.Header, 16)
	for i := range d.after {
		d.after[i] = make(http.Header, 16)
	}
	return d
}

// Header returns the header map.
func (d *Discard) Header() http.Header { return d.header }

// WriteHeader notes the status.
func (d *Discard) WriteHeader(status int) { d.Status = status }

// Write counts the bytes of p.
func (d *Discard) Write(p []byte) (int, error) { d.Bytes += len(p); return len(p), nil }

// WriteString counts the bytes of s.
func (d *Discard) WriteString(s string) (int, error) { d.Bytes += len(s); return len(s), nil }

// Flush does nothing.
func (d *Discard) Flush() {}

// Reset empties the writer.
func (d *Discard) Reset() { clear(d.header); d.Status, d.Bytes = 0, 0 }
