package ci_test

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// Requirement: every package says what it is, in one package comment that
// begins "Package NAME" (programs: "Command NAME" or the program's name).
// Turned red by: deleting the comment of any package.
func TestPackageComments(t *testing.T) {
	said, dirs := map[string]bool{}, map[string]bool{}
	for _, f := range source(t) {
		if f.isTest() {
			continue
		}
		dirs[f.dir()] = true
		if f.ast.Doc != nil && (f.ast.Name.Name == "main" || strings.HasPrefix(f.ast.Doc.Text(), "Package "+f.ast.Name.Name+" ")) {
			said[f.dir()] = true
		}
	}
	for dir := range dirs {
		if !said[dir] {
			t.Errorf("%s has no package comment", dir)
		}
	}
}

// Requirement: everything exported has a doc comment.
// Turned red by: deleting any of them.
func TestExportedComments(t *testing.T) {
	for _, f := range source(t) {
		if f.isTest() || f.ast.Name.Name == "main" {
			continue
		}
		for _, d := range f.ast.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: %s has no doc comment", f.fset.Position(d.Pos()), name)
			}
		}
	}
}

func undocumented(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		return undocumentedSpecs(d)
	}
	return nil
}

func undocumentedSpecs(d *ast.GenDecl) []string {
	var out []string
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
				out = append(out, s.Name.Name)
			}
		case *ast.ValueSpec:
			if d.Tok != token.IMPORT && d.Doc == nil && s.Doc == nil && s.Comment == nil && s.Names[0].IsExported() {
				out = append(out, s.Names[0].Name)
			}
		}
	}
	return out
}

// exportedReceiver is true for functions and for methods of exported types.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	expr := d.Recv.List[0].Type
	if star, ok := expr.(*ast.StarExpr); ok {
		expr = star.X
	}
	id, ok := expr.(*ast.Ident)
	return ok && id.IsExported()
}

// Requirement: package names are nouns of the domain.
// Turned red by: a folder named util.
func TestPackageNames(t *testing.T) {
	banned := []string{"util", "utils", "common", "helper", "helpers", "types", "misc", "shared"}
	for _, f := range source(t) {
		if slices.Contains(banned, f.ast.Name.Name) {
			t.Errorf("%s: package %s says nothing about what is in it", f.path, f.ast.Name.Name)
		}
	}
}

// Requirement: no init(), no hidden registration: order is a visible list.
// Turned red by: any func init.
func TestNoInit(t *testing.T) {
	for _, f := range source(t) {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has func init", f.path)
			}
		}
	}
}

// Requirement: the environment is read in cmd/ only, so that a setting is
// visible where it is made.
// Turned red by: os.Getenv in any other package.
func TestEnvironmentInCmdOnly(t *testing.T) {
	for _, f := range source(t) {
		if strings.Contains("/"+f.dir()+"/", "/cmd/") || f.isTest() {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := s.X.(*ast.Ident); ok && id.Name == "os" && slices.Contains([]string{"Getenv", "LookupEnv", "Environ"}, s.Sel.Name) {
					t.Errorf("%s reads the environment", f.fset.Position(n.Pos()))
				}
			}
			return true
		})
	}
}
