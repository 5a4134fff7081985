// Reads Prometheus rules from standard input as Prometheus would: expressions, durations, labels and the templates of annotations.
// Prints each alert with its expression as parsed; status 1 with a line for each error.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

func main() {
	input, err := io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	groups, problems := rulefmt.Parse(input, false)
	for _, problem := range problems {
		fmt.Fprintln(os.Stderr, problem)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
	for _, group := range groups.Groups {
		for _, rule := range group.Rules {
			expression, err := parser.ParseExpr(rule.Expr)
			if err != nil {
				fmt.Fprintln(os.Stderr, rule.Alert, err)
				os.Exit(1)
			}
			fmt.Printf("%s: %s\n", rule.Alert, expression)
		}
	}
}
