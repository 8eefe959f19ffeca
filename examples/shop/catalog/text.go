package catalog

// Text is one piece of wording in the languages the shop speaks.
type Text struct{ EN, DE string }
