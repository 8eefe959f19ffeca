// Package housetest holds the rules of this tree as tests, so that a change
// that breaks one of them fails instead of being argued about later:
//
//   - who may import whom, as a table, against the graph that go list sees;
//   - what an app links that imports the root package and nothing else;
//   - every package of every module teaches in its doc.go;
//   - every nested module builds with the library beside it and is part of the
//     workspace;
//   - the tree stands alone: no file names a place on somebody's machine, and
//     the links of its documents lead somewhere;
//   - functions and files stay short enough to be read.
//
// There is nothing to import here. The tests run the go command; they need no
// network beyond what the modules themselves need.
package housetest
