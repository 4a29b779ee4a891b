package main

import (
	"fmt"
	"go/ast"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// useCase is one function behind routes.
type useCase struct {
	types *types
	pkg
	name, context string
	binding       string // Query, Command, Action, Content or Form of httpapi
	status        int
}

var binding = regexp.MustCompile(`httpapi\.(Query|Command|Action|Content|Form)\((?:http\.Status(\w+))?`)

func readUseCase(t *types, folder string) (*useCase, error) {
	c := &useCase{types: t, pkg: t.load("functions/" + folder), name: path.Base(folder), context: path.Dir(folder), status: http.StatusOK}
	m := binding.FindStringSubmatch(c.source)
	if m == nil || c.do == nil {
		return nil, fmt.Errorf("functions/%s: main.go names no binding of httpapi, or there is no method Do", folder)
	}
	c.binding = m[1]
	for status := range 600 {
		if m[2] != "" && strings.ReplaceAll(strings.ReplaceAll(http.StatusText(status), " ", ""), "-", "") == m[2] {
			c.status = status
		}
	}
	return c, nil
}

func (c *useCase) operation(method, path, said string, first bool) object {
	id := c.name
	if !first {
		id += "-" + strings.ToLower(method)
	}
	op := object{"operationId": id, "tags": []string{c.context}, "summary": c.summary(), "description": said, "responses": c.responses()}
	if strings.Contains(c.source, "httpapi.Authenticate(") {
		op["security"] = []object{{"accessToken": []string{}}}
		op["responses"].(object)["401"] = object{"$ref": "#/components/responses/Unauthorized"}
	}
	if parameters := c.parameters(path); len(parameters) > 0 {
		op["parameters"] = parameters
	}
	if body := c.body(); body != nil {
		op["requestBody"] = object{"required": true, "content": body}
	}
	return op
}

// summary is the first sentence of the use case's comment, without its name.
func (c *useCase) summary() string {
	var name strings.Builder
	for word := range strings.SplitSeq(c.name, "-") {
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	sentence, _, _ := strings.Cut(strings.Join(strings.Fields(c.docs[name.String()]), " "), ". ")
	sentence = strings.TrimPrefix(strings.TrimSuffix(sentence, "."), name.String()+" ")
	return strings.ToUpper(sentence[:1]) + sentence[1:]
}

// in are the fields of the use case's In.
func (c *useCase) in() []*ast.Field {
	if spec := c.pkg.types["In"]; spec != nil {
		if s, ok := spec.Type.(*ast.StructType); ok {
			return s.Fields.List
		}
	}
	return nil
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

func (c *useCase) parameters(path string) (all []object) {
	types := map[string]object{}
	for _, f := range c.in() {
		if name := tag(f, "path"); name != "" {
			types[name] = c.types.of(c.pkg, f.Type)
		}
	}
	for _, m := range inPath.FindAllStringSubmatch(path, -1) {
		schema := types[m[1]]
		if len(schema) == 0 {
			schema = basic["string"]
		}
		all = append(all, object{"name": m[1], "in": "path", "required": true, "schema": schema})
	}
	header := func(name, words string) {
		all = append(all, object{"name": name, "in": "header", "description": words, "schema": basic["string"]})
	}
	for _, f := range c.in() {
		if name := tag(f, "query"); name != "" {
			p := object{"name": name, "in": "query", "schema": c.types.of(c.pkg, f.Type)}
			if words := strings.TrimSpace(f.Comment.Text()); words != "" {
				p["description"] = words
			}
			all = append(all, p)
		}
		switch kind(f.Type) {
		case "IfMatch":
			header("If-Match", "the ETag that was read: 412 if it is not that any more")
		case "IfNoneMatch":
			header("If-None-Match", "the ETag that the client has: 304 if it is still that")
		}
	}
	if strings.Contains(c.source, "httpapi.Idempotent(") {
		header("Idempotency-Key", "the same key and body get the same answer for a day")
	}
	return all
}

func (c *useCase) body() object {
	switch c.binding {
	case "Form":
		return object{"multipart/form-data": object{"schema": object{"type": "object", "required": []string{"file"},
			"properties": object{"file": object{"type": "string", "format": "binary"}}}}}
	case "Content":
		return object{"text/markdown": object{"schema": basic["string"]}, "text/html": object{"schema": basic["string"]}}
	case "Command":
		for _, f := range c.in() {
			if len(f.Names) == 1 && f.Names[0].Name == "Body" {
				return object{"application/json": object{"schema": c.types.of(c.pkg, f.Type)}}
			}
		}
	}
	return nil
}

// responses are those that the code names; refusals have the error form.
func (c *useCase) responses() object {
	all := object{"429": object{"$ref": "#/components/responses/TooManyRequests"}, "default": object{"$ref": "#/components/responses/Failure"}}
	for _, f := range c.in() {
		if kind(f.Type) == "IfNoneMatch" {
			all["304"] = object{"description": http.StatusText(http.StatusNotModified)}
		}
	}
	answer := object{}
	form := func(data object) object { return object{"data": data, "success": object{"const": true}} }
	body := object{}
	switch result := c.do.Type.Results.List[0].Type; kind(result) {
	case "NoContent":
	case "Redirect":
		c.status = http.StatusFound
		answer["headers"] = object{"Location": object{"schema": basic["string"]}}
	case "Document":
		answer["content"] = object{"application/json": object{}}
	case "Versioned":
		body = form(object{"type": "object"})
		answer["headers"] = object{"ETag": object{"schema": basic["string"]}}
	case "List":
		body = form(object{"type": "array", "items": c.types.of(c.pkg, result.(*ast.IndexExpr).Index)})
		body["pagination"] = object{"$ref": "#/components/schemas/Pagination"}
	default:
		body = form(c.types.of(c.pkg, result))
	}
	if len(body) > 0 {
		answer["content"] = object{"application/json": object{"schema": object{"type": "object", "properties": body}}}
	}
	answer["description"] = http.StatusText(c.status)
	all[strconv.Itoa(c.status)] = answer
	return all
}

// kind is the name of a type of httpapi, and "" for any other.
func kind(expr ast.Expr) string {
	if index, ok := expr.(*ast.IndexExpr); ok {
		expr = index.X
	}
	if selector, ok := expr.(*ast.SelectorExpr); ok && fmt.Sprint(selector.X) == "httpapi" {
		return selector.Sel.Name
	}
	return ""
}

// failure is the error form of every refusal of a function.
var failure = object{
	"type": "object", "required": []string{"error", "code", "success", "requestId"},
	"properties": object{
		"error": object{"type": "string", "description": "a sentence for people"}, "code": object{"type": "string", "description": "stable, for programs"},
		"success": object{"const": false}, "requestId": basic["string"],
		"details": object{"type": "array", "items": object{"type": "object", "properties": object{"field": basic["string"], "code": object{"type": "string", "description": "of the rule, stable, for programs"}, "message": basic["string"]}}},
	},
}

func refusal(words string, headers ...string) object {
	out := object{"description": words, "content": object{"application/json": object{"schema": object{"$ref": "#/components/schemas/Failure"}}}}
	named := object{}
	for _, name := range headers {
		named[name] = object{"schema": basic["string"]}
	}
	if len(named) > 0 {
		out["headers"] = named
	}
	return out
}

var responses = object{
	"Failure":         refusal("Refused or failed; the status says how"),
	"Unauthorized":    refusal("No access token, or none that is good", "WWW-Authenticate"),
	"TooManyRequests": refusal("A limit is used up", "Retry-After", "RateLimit", "RateLimit-Policy"),
}
