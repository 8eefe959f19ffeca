package memstore_test

import (
	"testing"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
	"github.com/larder-go/larder/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return memstore.New(memstore.Options{}) })
}
