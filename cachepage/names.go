package cachepage

// fieldNames are the names of fields that responses often have. A stored page
// holds their places here, counted from one, so the order must not change:
// append to it, or change the version in the keys of entries.
var fieldNames = [...]string{
	"Accept-Ranges", "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin",
	"Access-Control-Expose-Headers", "Access-Control-Max-Age", "Age", "Allow", "Alt-Svc", "Cache-Control", "Cache-Groups", "Cache-Tag", "Cdn-Cache-Control",
	"Content-Disposition", "Content-Encoding", "Content-Language", "Content-Length", "Content-Location", "Content-Range", "Content-Security-Policy",
	"Content-Security-Policy-Report-Only", "Content-Type", "Cross-Origin-Embedder-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
	"Date", "Etag", "Expires", "Last-Modified", "Link", "Location", "Nel", "No-Vary-Search", "Origin-Agent-Cluster", "Permissions-Policy", "Pragma",
	"Referrer-Policy", "Report-To", "Reporting-Endpoints", "Retry-After", "Server", "Server-Timing", "Sourcemap", "Strict-Transport-Security",
	"Surrogate-Control", "Surrogate-Key", "Timing-Allow-Origin", "Vary", "Via", "Warning", "X-Content-Type-Options", "X-Download-Options",
	"X-Frame-Options", "X-Permitted-Cross-Domain-Policies", "X-Powered-By", "X-Request-Id", "X-Robots-Tag", "X-Xss-Protection",
}

var fieldNumbers = func() map[string]byte {
	numbers := make(map[string]byte, len(fieldNames))
	for i, name := range fieldNames {
		numbers[name] = byte(i + 1)
	}
	return numbers
}()
