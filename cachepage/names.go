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

// fieldValues are values that many fields have, by the same rule.
var fieldValues = [...]string{
	"text/html; charset=utf-8", "text/html", "text/plain; charset=utf-8", "text/css; charset=utf-8", "text/javascript; charset=utf-8",
	"application/json", "application/json; charset=utf-8", "application/javascript", "application/octet-stream", "application/pdf",
	"application/xml", "text/xml; charset=utf-8", "application/rss+xml", "application/atom+xml", "image/avif", "image/gif", "image/jpeg", "image/png",
	"image/svg+xml", "image/webp", "font/woff2", "nosniff", "DENY", "SAMEORIGIN", "bytes", "no-cache", "public", "strict-origin-when-cross-origin",
	"no-referrer", "same-origin", "max-age=31536000; includeSubDomains", "Accept-Encoding", "Accept-Language", "en", "*",
}

// numbered is set in the number of a name whose value is a number too.
const numbered = 0x80

var fieldNumbers, valueNumbers = numbers(fieldNames[:]), numbers(fieldValues[:])

func numbers(texts []string) map[string]byte {
	numbers := make(map[string]byte, len(texts))
	for i, text := range texts {
		numbers[text] = byte(i + 1)
	}
	return numbers
}
