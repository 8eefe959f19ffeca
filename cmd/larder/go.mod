module github.com/larder-go/larder/cmd/larder

go 1.26.0

replace github.com/larder-go/larder => ../..

require github.com/larder-go/larder v0.0.0-00010101000000-000000000000
