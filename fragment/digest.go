package fragment

import (
	"crypto/sha256"
	"hash"
	"slices"
	"strconv"
	"text/template/parse"
)

// digestSize is how much of a SHA-256 stands for the source of a block.
const digestSize = 16

// digest stands for what a block shows as far as the templates decide it: its
// own source, tag included, and every template that can be reached from it, as
// this set defines them. So a block whose markup was edited is another block,
// and the block of a layout is one block for all sets made from that layout,
// wherever it stands in them.
func (s *source) digest(block []parse.Node) []byte {
	h := sha256.New()
	writeNodes(h, block)
	var reached []string
	for n := range nodes(block) {
		if call, ok := n.(*parse.TemplateNode); ok {
			reached = append(reached, s.reach(call.Name)...)
		}
	}
	slices.Sort(reached)
	for _, name := range slices.Compact(reached) {
		writePart(h, 'd', name)
		if p := s.parts[name]; p != nil {
			writeNodes(h, p.tree.Root.Nodes)
		}
	}
	return h.Sum(nil)[:digestSize]
}

// writeNodes writes nodes with kind and length, so that no text reads like an
// action, whatever the delimiters are.
func writeNodes(h hash.Hash, ns []parse.Node) {
	for _, n := range ns {
		b := branch(n)
		if b == nil {
			writePart(h, byte('A'+n.Type()), n.String())
			continue
		}
		writePart(h, byte('A'+n.Type()), b.Pipe.String())
		writeNodes(h, b.List.Nodes)
		if b.ElseList != nil {
			writePart(h, 'e', "")
			writeNodes(h, b.ElseList.Nodes)
		}
		writePart(h, 'z', "")
	}
}

func writePart(h hash.Hash, kind byte, text string) {
	h.Write(append(strconv.AppendInt([]byte{kind}, int64(len(text)), 10), ':'))
	h.Write([]byte(text))
}
