package main

import (
	"go.yaml.in/yaml/v4"
)

// readRoutes finds every route of an HttpApi event in the template. What it does not understand it leaves out: the deployment itself
// stands on the template being right.
func readRoutes(template []byte) []Route {
	var doc struct {
		Resources map[string]struct {
			Properties struct {
				Events map[string]struct {
					Properties struct {
						Method string `yaml:"Method"`
						Path   string `yaml:"Path"`
					} `yaml:"Properties"`
				} `yaml:"Events"`
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if yaml.Unmarshal(template, &doc) != nil {
		return nil
	}
	var routes []Route
	for _, resource := range doc.Resources {
		for _, event := range resource.Properties.Events {
			if p := event.Properties; p.Method != "" && p.Path != "" && p.Path != "$default" {
				routes = append(routes, Route{p.Method, p.Path})
			}
		}
	}
	return routes
}
