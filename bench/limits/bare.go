package limits

import (
	"net/http"
	"slices"

	"github.com/larder-go/larder/bench/kit"
)

func init() {
	kit.Register(kit.Impl{Name: "limit-bare", Stores: []string{kit.Memory}, NoKey: true, New: newBare})
	kit.Register(kit.Impl{Name: "limit-said", Stores: []string{kit.Memory}, NoKey: true, New: newSaid})
	kit.Register(kit.Impl{Name: "limit-set", Stores: []string{kit.Memory}, NoKey: true,
		New: func(_ kit.Options, origin *kit.Origin) (http.Handler, func(), error) { return origin, nothing, nil }})
}

func nothing() {}

// field is a field of a kept header, its slice ready for a header map.
type field struct {
	name   string
	values []string
}

func newBare(_ kit.Options, origin *kit.Origin) (http.Handler, func(), error) {
	return ready(origin.Header, origin.Body), nothing, nil
}

// newSaid also says the two fields that a cache says of each hit.
func newSaid(_ kit.Options, origin *kit.Origin) (http.Handler, func(), error) {
	said := []kit.Field{{Name: "Age", Value: "7"}, {Name: "Cache-Status", Value: "cache; hit; ttl=3593"}}
	return ready(slices.Concat(origin.Header, said), origin.Body), nothing, nil
}

// ready writes what is ready.
func ready(fields []kit.Field, body []byte) http.Handler {
	var header []field
	for _, f := range fields {
		header = append(header, field{f.Name, []string{f.Value}})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		for i := range header {
			h[header[i].name] = header[i].values
		}
		w.WriteHeader(http.StatusOK)
		w.Write(body)
	})
}
