package ci_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module is the import path of the repository.
const module = "github.com/smartcard-connect/smartcard-connect"

// file is one Go file, read as text.
type file struct {
	path string // from the root, with slashes
	ast  *ast.File
	fset *token.FileSet
}

// dir is the folder of the file, from the root.
func (f file) dir() string { return filepath.ToSlash(filepath.Dir(f.path)) }

// isTest tells test files, whose imports follow the same arrows.
func (f file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// imports are the repository's own folders that the file imports.
func (f file) imports() []string {
	var out []string
	for _, i := range f.ast.Imports {
		path := strings.Trim(i.Path.Value, `"`)
		if rest, ok := strings.CutPrefix(path, module+"/"); ok {
			out = append(out, rest)
		}
	}
	return out
}

// source parses every Go file of the repository, whatever its build tags.
func source(t *testing.T) []file {
	t.Helper()
	var out []file
	walk(t, func(path string) {
		if !strings.HasSuffix(path, ".go") {
			return
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, filepath.Join("..", path), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, file{path, parsed, fset})
	})
	if len(out) == 0 {
		t.Fatal("found no Go file: the test looks in the wrong place")
	}
	return out
}

// walk visits every file below the root but for what git ignores.
func walk(t *testing.T, visit func(path string)) {
	t.Helper()
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch d.Name() {
			case ".git", "bin", "out", "node_modules":
				return fs.SkipDir
			}
			return nil
		}
		visit(path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
