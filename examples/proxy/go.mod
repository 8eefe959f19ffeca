module github.com/larder-go/larder/examples/proxy

go 1.26.0

replace github.com/larder-go/larder => ../..

require github.com/larder-go/larder v0.0.0-00010101000000-000000000000

require (
	github.com/andybalholm/brotli v1.2.8 // indirect
	github.com/dunglas/httpsfv v1.1.2 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/maypok86/otter/v2 v2.4.0 // indirect
)
