package applet

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// treePrefix begins the names of a file tree's cells: "file/3F00/5015/5031".
const treePrefix = "file/"

// SaveTree adds a file tree to s, one cell a file.
func SaveTree(s State, root *File) { saveFile(s, treePrefix, root, 0) }

// saveFile writes the place among its siblings, the kind, the short identifier,
// then name, access rules and data, each behind its length.
func saveFile(s State, prefix string, f *File, place int) {
	name := fmt.Sprintf("%s%04X", prefix, f.ID)
	kind := byte(0)
	if f.Dir {
		kind = 1
	}
	cell := binary.BigEndian.AppendUint16(nil, uint16(place))
	cell = append(cell, kind, f.SFI)
	for _, part := range [][]byte{f.Name, f.Access, f.Data} {
		cell = append(binary.BigEndian.AppendUint32(cell, uint32(len(part))), part...)
	}
	s[name] = cell
	for i, c := range f.Children {
		saveFile(s, name+"/", c, i)
	}
}

// LoadTree is the tree that SaveTree put into s. Errors wrap ErrState: a file
// without its directory, cells that do not parse, no root or two.
func LoadTree(s State) (*File, error) {
	var names []string
	for name := range s {
		if strings.HasPrefix(name, treePrefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names) // a directory comes before what is in it
	var root *File
	made, places := map[string]*File{}, map[*File]int{}
	for _, name := range names {
		f, place, err := loadFile(name, s[name])
		if err != nil {
			return nil, err
		}
		made[name], places[f] = f, place
		up := name[:strings.LastIndexByte(name, '/')]
		switch dir := made[up]; {
		case up+"/" == treePrefix && root == nil && f.Dir:
			root = f
		case dir != nil && dir.Dir:
			dir.Add(f)
		default:
			return nil, fmt.Errorf("%w: %s is in no directory", ErrState, name)
		}
	}
	if root == nil {
		return nil, fmt.Errorf("%w: there is no master file", ErrState)
	}
	for _, f := range made {
		slices.SortStableFunc(f.Children, func(a, b *File) int { return places[a] - places[b] })
	}
	return root, nil
}

func loadFile(name string, cell []byte) (*File, int, error) {
	bad := fmt.Errorf("%w: the cell %s does not parse", ErrState, name)
	f := &File{}
	if n, err := fmt.Sscanf(name[strings.LastIndexByte(name, '/')+1:], "%04X", &f.ID); n != 1 || err != nil || len(cell) < 4 {
		return nil, 0, bad
	}
	place := int(binary.BigEndian.Uint16(cell))
	f.Dir, f.SFI = cell[2] == 1, cell[3]
	cell = cell[4:]
	for _, part := range []*[]byte{&f.Name, &f.Access, &f.Data} {
		if len(cell) < 4 || uint64(len(cell)-4) < uint64(binary.BigEndian.Uint32(cell)) {
			return nil, 0, bad
		}
		n := int(binary.BigEndian.Uint32(cell))
		if n > 0 {
			*part = slices.Clone(cell[4 : 4+n])
		}
		cell = cell[4+n:]
	}
	if len(cell) != 0 {
		return nil, 0, bad
	}
	return f, place, nil
}
