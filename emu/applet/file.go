package applet

import "slices"

// File is a node of a card's file tree (ISO/IEC 7816-4 §7.1): a directory when
// Dir is set, else a transparent file of exactly the bytes of Data.
type File struct {
	ID       uint16
	Dir      bool
	Name     []byte // a directory's application identifier, may be empty
	SFI      byte   // short identifier 1 to 30, 0 for none
	Access   []byte // access rules as the applet writes them into the FCP
	Data     []byte
	Children []*File
	parent   *File
}

// Directory makes a directory and becomes the parent of children.
func Directory(id uint16, name []byte, children ...*File) *File {
	d := &File{ID: id, Dir: true, Name: name, Children: children}
	for _, c := range children {
		c.parent = d
	}
	return d
}

// Transparent makes a file of size bytes beginning with data; the rest is 00. A
// longer data makes a longer file.
func Transparent(id uint16, size int, data []byte) *File {
	b := make([]byte, max(size, len(data)))
	copy(b, data)
	return &File{ID: id, Data: b}
}

// Child is the file id in directory f, or nil.
func (f *File) Child(id uint16) *File {
	for _, c := range f.Children {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// Parent is the directory f is in; the master file is its own parent.
func (f *File) Parent() *File {
	if f.parent == nil {
		return f
	}
	return f.parent
}

// Walk follows file identifiers, two bytes each, down from f. It is nil where
// the path leads nowhere or has half an identifier.
func (f *File) Walk(path []byte) *File {
	for len(path) >= 2 && f != nil {
		f = f.Child(uint16(path[0])<<8 | uint16(path[1]))
		path = path[2:]
	}
	if len(path) != 0 {
		return nil
	}
	return f
}

// Add puts a file into directory f, last.
func (f *File) Add(child *File) {
	child.parent = f
	f.Children = append(f.Children, child)
}

// Remove takes a file out of directory f. One that is not in it stays where it
// is.
func (f *File) Remove(child *File) {
	f.Children = slices.DeleteFunc(f.Children, func(c *File) bool { return c == child })
}
