package limits

import (
	"net/http"

	"github.com/larder-go/larder/bench/kit"
)

func init() {
	kit.Register(kit.Impl{Name: "limit-bare", Stores: []string{kit.Memory}, NoKey: true, New: newBare})
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
	var header []field
	for _, f := range origin.Header {
		header = append(header, field{f.Name, []string{f.Value}})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		for i := range header {
			h[header[i].name] = header[i].values
		}
		w.WriteHeader(http.StatusOK)
		w.Write(origin.Body)
	}), nothing, nil
}
