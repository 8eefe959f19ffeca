package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"net/http"
	"time"
)

//go:embed templates
var templateFiles embed.FS

//go:embed static
var assets embed.FS

// serveAsset sends a style sheet, script or icon. Browsers keep it and ask
// each time whether it has changed.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	content, err := assets.ReadFile("static/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, no-cache")
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(content)))
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}
