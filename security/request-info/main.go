// Command requestinfo says how kube-apiserver reads requests. For each line "METHOD<tab>TARGET" it prints one JSON array:
//
//	["resource"|"other", verb, prefix, group, version, namespace, resource, subresource, name, [parts]]
//	["unclear"]                                for a request that NewRequestInfo answers with an error
//	["invalid"]                                for a target that Go's HTTP server would not accept
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/klog/v2"
)

// As in k8s.io/apiserver/pkg/server.NewRequestInfoResolver, for a kube-apiserver.
var factory = request.RequestInfoFactory{
	APIPrefixes:          sets.NewString("api", "apis"),
	GrouplessAPIPrefixes: sets.NewString("api"),
}

func answer(line string) []any {
	method, target, _ := strings.Cut(line, "\t")
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return []any{"invalid"}
	}
	info, err := factory.NewRequestInfo(&http.Request{Method: method, URL: u})
	if err != nil {
		return []any{"unclear"}
	}
	kind := "other"
	if info.IsResourceRequest {
		kind = "resource"
	}
	parts := info.Parts
	if parts == nil {
		parts = []string{}
	}
	return []any{kind, info.Verb, info.APIPrefix, info.APIGroup, info.APIVersion, info.Namespace, info.Resource, info.Subresource, info.Name, parts}
}

func main() {
	// The factory logs each query that it cannot parse.
	flags := flag.NewFlagSet("klog", flag.PanicOnError)
	klog.InitFlags(flags)
	_ = flags.Set("logtostderr", "false")
	_ = flags.Set("stderrthreshold", "FATAL")
	klog.SetOutput(io.Discard)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for in.Scan() {
		// An empty line: everything so far is wanted now.
		if in.Text() == "" {
			out.Flush()
			continue
		}
		if err := encoder.Encode(answer(in.Text())); err != nil {
			panic(err)
		}
	}
	out.Flush()
}
