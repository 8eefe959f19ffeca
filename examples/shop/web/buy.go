package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/larder-go/larder/examples/shop/catalog"
)

// buy places an order and forgets every page and block that shows a figure
// of it. The product's page says thank you where its URL ends in #thanks,
// with the same bytes that all visitors get.
func (s *shop) buy(w http.ResponseWriter, r *http.Request) error {
	product, err := s.productOf(r)
	if err != nil {
		return err
	}
	buyer := s.sessions.visitor(w, r)
	if err := s.catalog.Buy(r.Context(), product.ID, buyer.customer()); err != nil {
		return err
	}
	s.forget(r.Context(), "orders", fmt.Sprintf("product:%d", product.ID))
	s.sessions.remember(r, product.ID)
	http.Redirect(w, r, fmt.Sprintf("/product/%d#thanks", product.ID), http.StatusSeeOther)
	return nil
}

// forget invalidates tags after a commit. What is written stays written, so a
// visitor who leaves now, or a store that is away, must not undo the answer.
func (s *shop) forget(ctx context.Context, tags ...string) {
	if err := s.cache.Invalidate(context.WithoutCancel(ctx), tags...); err != nil {
		s.log.WarnContext(ctx, "invalidation failed", "tags", tags, "error", err)
	}
}

// customer is the name on the order.
func (v *visitor) customer() string {
	if v == nil {
		return catalog.Guest
	}
	return v.Name
}
