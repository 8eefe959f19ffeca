// Package fragment caches blocks of html/template.
package fragment
