// Package readthrough is the engine under larder's faces: it looks things up,
// decides who renders what is missing, keeps the result, and knows at any
// moment which results still count. It knows nothing of HTTP, of templates, or
// of types; a face turns its medium into keys and bytes and back.
//
// # A face in a dozen lines
//
// A face declares itself once and then asks, for each thing it wants:
//
//	var greetings = &readthrough.Face{Name: "greeting"}
//
//	func greet(ctx context.Context, e *readthrough.Engine, name string) []byte {
//		key := e.Key(greetings, readthrough.AppendPart(nil, name))
//		entry, render := e.Start(ctx, key, readthrough.Access{Name: name})
//		if entry != nil {
//			return entry.Payload
//		}
//		page, err := slowly(render.Context(), name) // may call Tag, MaxTTL, NoStore
//		if err != nil {
//			render.Abort("error")
//			return nil
//		}
//		render.Commit(readthrough.Product{Parts: [][]byte{page}, Life: readthrough.Life{Fresh: time.Minute}})
//		return page
//	}
//
// Start gives either something to use or a render to carry out. Of all who ask
// for one key at a time, one renders and the others wait, unless it turns out
// that the result cannot be shared. Engine.Do is the same for results that a
// function makes.
//
// On a shared store that can Add, "all" means all processes. The one that
// renders holds a lease there, a record of three seconds that it renews, and the
// others poll until it is given up. A lease saves work and decides nothing: where it
// is lost, its holder dies, or the store fails, others render as well, and which
// results count is told by their stamps as ever. Nobody waits for a lease inside
// a render of their own, nor for a second holder of the same one.
//
// # What a render says
//
// The context of a render carries it. Tag names what the result depends on,
// MaxTTL shortens its life, NoStore forbids keeping it; all three reach every
// render around, and an entry that is used inside a render brings what it
// carries with it.
//
// # Coherence
//
// Once Invalidate has returned nil, no request that begins afterwards gets
// bytes whose rendering began before the call. There are two ways to keep that,
// chosen by the store.
//
// A store in this process (store.Local) has a clock that every invalidation
// advances, and a table of what was invalidated when. An entry carries the
// clock at which its render began. As long as the clock stands still, one load
// tells that an entry still counts, whatever it depends on.
//
// On a shared store each tag, each unit and the cache as a whole has a mark: a
// random token, written once and never again. An entry carries its stamp, the
// tokens of all marks it depends on, read before its render began, and counts
// only if all of them are there now, the same. Invalidation deletes marks. A
// server may forget, delay and reorder what it likes: a token that is gone does
// not come back, so a dead entry stays dead. Tags that a render names on its way
// are checked against the pulse, a token that changes before and after each
// invalidation. Servers that may come back with old memory say so
// (store.Incarnater), and everything they held is void then.
//
// A hit takes one round trip: entry, marks, index and root are asked for in one
// GetMany, as they were needed last time. What was guessed wrong costs a second
// trip, never a wrong answer.
//
// # Failure
//
// A store that fails is a miss with an error. After a few failures in a row it
// is left alone for a moment and then tried by one request. Invalidations that
// could not be written count in this process at once and are written before the
// store is used again.
package readthrough
