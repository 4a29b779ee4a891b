// Package lambda runs this project's Lambda functions on one machine: each function is its real binary, started as a
// process of its own and driven over the Lambda Runtime API (version 2018-06-01) on a loopback port.
//
// A Builder compiles all functions in one go build and, when asked, rebuilds them as their sources change. A Pool
// starts, reuses and ends their processes as Lambda does with execution environments: one process serves one request
// at a time, is kept warm, and is ended when it times out, crashes or its code is replaced.
//
// What a function meets is what Lambda's documentation promises: the environment variables of "Working with Lambda
// environment variables", the protocol of "Using the Lambda runtime API for custom runtimes", the limits of "Lambda
// quotas". The developer's own environment never reaches a function. CPU and memory are not limited.
package lambda
