// Package fragment caches blocks of html/template.
//
//	<h1>{{.Title}}</h1>
//	{{cache "15m" "top-products" .Lang}}
//	  {{range .TopProducts ctx}} <li>{{.Name}}: {{.Sold}} sold {{end}}
//	{{endcache}}
//
// A block is rendered once and then written from the cache, until its time is
// up or something that it depends on is invalidated. What stands in it is not
// executed meanwhile, so make it fetch its data itself, as TopProducts does
// above: a method that runs its query when the template calls it.
//
//	set, err := template.New("").Funcs(fragment.Funcs()).ParseGlob("views/*.html")
//	views, err := fragment.New(cache, set)
//	…
//	err = views.ExecuteTemplate(r.Context(), w, "shop.html", data)
//
// The bytes that an execution writes, and the errors that it returns, are those
// of html/template with the tags taken out.
//
// # The tag
//
// First comes the TTL: seconds (900), a duration ("15m"), nil for ever, 0 for
// not at all; then the name, as literal text. Everything after it tells one
// copy of the block from another:
//
//	{{cache 900 "side" .User.ID .Lang}}
//
// A vary value is text, a number, a bool, nil, a time, a [fmt.Stringer] or
// [encoding.TextMarshaler], or a slice of those. The key holds the name, the
// vary values and a digest of the block's source and of all templates that it
// can reach. It does not hold dot, or variables, or the place where the block
// stands: whatever else makes a difference must be a vary value. Because of
// the digest an edited template is a new block, and nobody has to clear
// anything after a deployment. The functions that a template calls are Go, and
// not in the digest.
//
// In parentheses, anywhere after the name, may stand
//
//	(tags "catalog" (printf "product:%d" .ID))
//	(using "fragments")
//
// The one names tags by which the block can be invalidated, the other the cache
// that it is kept in, by its alias among those opened with it. Without using,
// it is the cache with the alias template_fragments if there is one, else the
// one that [New] was given.
//
// A TTL, vary value, tag or alias that only the execution can see to be wrong
// does not break the page: the block is rendered without the cache, which the
// cache's logger and its Lookup hook are told.
//
// # Invalidation
//
// Each block carries a tag of its own, which [Key] gives. Others are named in
// the tag, or said by what runs inside the block: the word ctx stands for the
// context of the innermost open block, so that
//
//	func (s Shop) TopProducts(ctx context.Context) ([]Product, error) {
//		larder.Tag(ctx, "orders")
//		…
//	}
//
// ties the block to the tag. Tags climb: to the blocks around, and to the page
// if the execution got the context of a request under CachePage. They do so
// from a hit as well. The same holds for larder.MaxTTL and larder.NoStore.
//
// Whatever a block depends on, or must not be kept with, is said through ctx.
// What is said through the page's own context goes to all blocks that are open
// at that moment only while CachePage makes the page. Outside CachePage, and in
// a request whose answer is none that it keeps (a HEAD, a POST, that of a
// visitor with a session), that context has nobody to tell, and the block is
// kept for everybody all the same. And a cached value, or a block of another
// execution, that is used through the page's context hands its tags to the page
// alone.
//
// A block or page carries 128 tags at most, those of the blocks in it among
// them; with more it is not kept.
//
// # One render
//
// When many ask for a cold block at once, one of them renders it, in its own
// page and goroutine, and the others wait for the result, in other processes on
// the same server too. Blocks are never
// rendered in the background, since their data belongs to a request: of a block
// that is stale, one visitor renders the new copy and the others get the old
// one. Nothing is kept of a block that ends by an error or a panic.
//
// Those who wait do so for the render, not for the client of the page that it
// happens in. So a block that is being rendered is written when it is complete,
// the outermost one when blocks stand in one another; or at once, as far as it
// got, when it fails. What can be told from outside is this: a writer that fails
// or panics within a block does so after the rest of that block was executed,
// and the block is kept. The bytes written, and the error of the two that
// comes back where writer and template fail, are those of html/template.
//
// # Reading ahead
//
// On a store in this process a block is looked up when the execution comes to
// it. On a server each lookup is a round trip, and there a page has its blocks
// fetched together: with the first of them come those that the same template
// showed when it was last executed. A block that is rendered anew does the
// same for the blocks in it. Blocks that were not foreseen are looked up one
// by one, so a page of a hundred cached rows takes a hundred round trips the
// first time that a process shows it, and one from then on.
//
// Reading ahead begins after the execution has, or the render of the block that
// it is for, and no promise about invalidation is touched by it. Only an
// invalidation by what the template itself calls may go unnoticed by blocks
// further down, until the next execution.
//
// # What New refuses
//
// A block stands in element text, from its first byte to its last: the same
// bytes would be wrong in a tag, an attribute, a script, a style sheet, a title
// or a textarea. If a template that holds blocks is called from such a place,
// it runs there as if it had none.
//
// A block must not do what would not happen on a hit: assign a variable that
// was declared outside, declare one that is used after it, leave a loop by
// break or continue. And the two tags of a block stand in the same list: not on
// two sides of an if, else, range, with or define. All of these are errors of
// [New], with template, line and column.
package fragment
