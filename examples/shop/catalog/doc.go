// Package catalog is the shop's data: a SQLite file with products in two
// languages and a year of orders.
//
// [Open] makes the file on first start. The contents are invented from a
// fixed seed, so that every copy of the shop sells the same goods. They are
// written to a temporary file beside the real one and renamed at the end: a
// start that is interrupted leaves nothing half-made behind.
//
// [DB.TopSellers] is the reason why this shop wants a cache. It reads every
// order line there is, joins each with its order, sums them up by product
// and week and ranks the sums. No index shortens that, just as none does in
// the reports of a real shop.
package catalog
