package lyceum_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
	"testing"
)

// sharedCodes are the codes of two faults that clients need not distinguish. errors.Is does.
var sharedCodes = map[string]string{
	"auth.session_ended":  "a stolen token is told no more than an ended session",
	"avatar.refused":      "of the one who chose the picture, and of those who look at it",
	"request.malformed":   "JSON, and a form",
	"storage.unavailable": "DynamoDB, and S3",
}

// TestFaultsAreDeclaredOnce reads every fault.New of the code. errors.Is compares declarations, so
// a code belongs to one variable; a fault that a function makes for its answer alone has a code
// that no variable has.
func TestFaultsAreDeclaredOnce(t *testing.T) {
	t.Parallel()
	declared, made := map[string]int{}, map[string]string{}
	for _, f := range goFiles(t) {
		if f.isTest() || f.folder == "shared/domain/fault" {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path.Join(f.folder, f.name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			_, variable := d.(*ast.GenDecl)
			ast.Inspect(d, func(n ast.Node) bool {
				code, ok := faultCode(n)
				if ok && variable {
					declared[code]++
				} else if ok {
					made[code] = f.folder + "/" + f.name
				}
				return true
			})
		}
	}
	for code, n := range declared {
		if _, shared := sharedCodes[code]; n > 1 != shared {
			t.Errorf("%s is declared %d times; shared on purpose: %v", code, n, shared)
		}
	}
	for code, where := range made {
		if declared[code] > 0 {
			t.Errorf("%s makes the fault %s anew: return the declared one, or a copy", where, code)
		}
	}
	if len(declared) < 80 {
		t.Errorf("found %d faults: this test looks at the wrong thing", len(declared))
	}
}

// faultCode is the code of a call of fault.New.
func faultCode(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 3 {
		return "", false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "New" {
		return "", false
	}
	if pkg, ok := f.X.(*ast.Ident); !ok || pkg.Name != "fault" {
		return "", false
	}
	text, ok := call.Args[1].(*ast.BasicLit)
	if !ok {
		return "", false
	}
	code, err := strconv.Unquote(text.Value)
	return code, err == nil && code != "" // "" is a text for a field, which is never compared
}
