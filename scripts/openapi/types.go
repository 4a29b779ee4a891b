package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
)

// types turns Go types, as they are written, into schemas.
type types struct {
	root     string
	packages map[string]pkg
	named    object // schemas of types that functions share
}

// pkg are the declarations of a package.
type pkg struct {
	folder string
	types  map[string]*ast.TypeSpec
	docs   map[string]string // of types
	do     *ast.FuncDecl     // the use case's
	source string            // of main.go
}

func newTypes(root string) *types { return &types{root, map[string]pkg{}, object{}} }

func (t *types) shared(name string) pkg { return t.load("shared/" + name) }

// load parses a folder; one that does not parse is empty, which the compiler tells better.
func (t *types) load(folder string) pkg {
	if p, ok := t.packages[folder]; ok {
		return p
	}
	p := pkg{folder, map[string]*ast.TypeSpec{}, map[string]string{}, nil, ""}
	files, _ := filepath.Glob(filepath.Join(t.root, folder, "*.go"))
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if filepath.Base(name) == "main.go" {
			text, _ := os.ReadFile(name)
			p.source = string(text)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "Do" {
					p.do = d
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if spec, ok := s.(*ast.TypeSpec); ok {
						p.types[spec.Name.Name], p.docs[spec.Name.Name] = spec, d.Doc.Text()
					}
				}
			}
		}
	}
	t.packages[folder] = p
	return p
}

func (t *types) schema(in pkg, name string) (object, error) {
	spec := in.types[name]
	if spec == nil {
		return nil, fmt.Errorf("%s declares no type %s", in.folder, name)
	}
	return t.of(in, spec.Type), nil
}

var basic = map[string]object{
	"string": {"type": "string"}, "bool": {"type": "boolean"}, "float64": {"type": "number"},
	"int": {"type": "integer"}, "int64": {"type": "integer"}, "any": {},
}

// of is the schema of a type that is written in a package. What writes itself as JSON in a way of its own is anything, ids are UUIDs.
func (t *types) of(in pkg, expr ast.Expr) object {
	switch e := expr.(type) {
	case *ast.StarExpr:
		return t.of(in, e.X)
	case *ast.ArrayType:
		return object{"type": "array", "items": t.of(in, e.Elt)}
	case *ast.MapType:
		return object{"type": "object", "additionalProperties": t.of(in, e.Value)}
	case *ast.StructType:
		out := object{"type": "object", "properties": object{}}
		t.fields(in, e, out["properties"].(object))
		return out
	case *ast.Ident:
		if schema, ok := basic[e.Name]; ok {
			return schema
		}
		if spec := in.types[e.Name]; spec != nil {
			return t.reference(in, spec)
		}
	case *ast.SelectorExpr:
		name := fmt.Sprint(e.X)
		if name == "domain" && strings.HasSuffix(e.Sel.Name, "ID") {
			return object{"type": "string", "format": "uuid"}
		}
		if spec := t.shared(name).types[e.Sel.Name]; spec != nil {
			return t.reference(t.shared(name), spec)
		}
		if spec := t.shared("domain/" + name).types[e.Sel.Name]; spec != nil { // fault
			return t.reference(t.shared("domain/"+name), spec)
		}
	}
	return object{}
}

// reference is a type by its name: one of a function stands where it is used, one that functions share once, in the components.
func (t *types) reference(in pkg, spec *ast.TypeSpec) object {
	if _, ok := spec.Type.(*ast.StructType); !ok || !strings.HasPrefix(in.folder, "shared/") {
		return t.of(in, spec.Type)
	}
	if _, ok := t.named[spec.Name.Name]; !ok {
		t.named[spec.Name.Name] = object{} // for types that hold themselves
		t.named[spec.Name.Name] = t.of(in, spec.Type)
	}
	return object{"$ref": "#/components/schemas/" + spec.Name.Name}
}

// fields adds a struct's JSON members, and those of structs embedded in it.
func (t *types) fields(in pkg, s *ast.StructType, properties object) {
	for _, f := range s.Fields.List {
		if len(f.Names) == 0 {
			t.embedded(in, f.Type, properties)
			continue
		}
		name, _, _ := strings.Cut(tag(f, "json"), ",")
		if name == "" || name == "-" {
			continue
		}
		schema := t.of(in, f.Type)
		if words := strings.TrimSpace(f.Comment.Text()); words != "" {
			schema = described(schema, words)
		}
		properties[name] = schema
	}
}

func (t *types) embedded(in pkg, expr ast.Expr, properties object) {
	if star, ok := expr.(*ast.StarExpr); ok {
		expr = star.X
	}
	var spec *ast.TypeSpec
	switch e := expr.(type) {
	case *ast.Ident:
		spec = in.types[e.Name]
	case *ast.SelectorExpr:
		in = t.shared(fmt.Sprint(e.X))
		spec = in.types[e.Sel.Name]
	}
	if spec != nil {
		if s, ok := spec.Type.(*ast.StructType); ok {
			t.fields(in, s, properties)
		}
	}
}

func described(schema object, words string) object {
	out := object{"description": words}
	for name, value := range schema {
		out[name] = value
	}
	return out
}

func tag(f *ast.Field, name string) string {
	if f.Tag == nil {
		return ""
	}
	return reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get(name)
}
