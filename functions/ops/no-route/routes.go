package main

import (
	"go.yaml.in/yaml/v4"

	"lyceum/shared/httpapi"
)

// readCORS finds what the API's CorsConfiguration allows, but for the origins, which are a
// parameter.
func readCORS(template []byte) httpapi.CORS {
	var doc struct {
		Resources struct {
			Api struct {
				Properties struct {
					CorsConfiguration struct {
						AllowMethods []string `yaml:"AllowMethods"`
						AllowHeaders []string `yaml:"AllowHeaders"`
						MaxAge       int      `yaml:"MaxAge"`
					} `yaml:"CorsConfiguration"`
				} `yaml:"Properties"`
			} `yaml:"Api"`
		} `yaml:"Resources"`
	}
	if yaml.Unmarshal(template, &doc) != nil {
		return httpapi.CORS{}
	}
	c := doc.Resources.Api.Properties.CorsConfiguration
	return httpapi.CORS{Methods: c.AllowMethods, Headers: c.AllowHeaders, MaxAge: c.MaxAge}
}

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
