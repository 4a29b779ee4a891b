package localtest

import "github.com/aws/aws-lambda-go/events"

// Event is what the HTTP API makes of a JSON request with a token, for tests that call a function
// without one. route is the path with its parameters in braces.
func Event(method, route string, path map[string]string, token, body string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{RouteKey: method + " " + route, PathParameters: path, Body: body}
	e.Headers = map[string]string{"authorization": "Bearer " + token, "content-type": "application/json"}
	e.RequestContext.HTTP.Method, e.RequestContext.HTTP.SourceIP = method, "192.0.2.1"
	return e
}
