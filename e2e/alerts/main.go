// What Prometheus itself makes of our rules and queries.
//
//	rules       reads a rule file from standard input: expressions, durations, labels and the templates of annotations. Prints each
//	            alert with its expression as parsed.
//	selectors   reads expressions from standard input, one a line. Prints for each line, as JSON, the series that it asks for.
//
// Status 1 with a line for each error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

const longest = 1 << 20

type matcher struct {
	Label string `json:"label"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

type selector struct {
	Name     string    `json:"name"`
	Matchers []matcher `json:"matchers"`
}

func main() {
	work := map[string]func() []error{"rules": rules, "selectors": selectors}
	if len(os.Args) != 2 || work[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: rules | selectors")
		os.Exit(2)
	}
	if problems := work[os.Args[1]](); len(problems) > 0 {
		for _, problem := range problems {
			fmt.Fprintln(os.Stderr, problem)
		}
		os.Exit(1)
	}
}

func rules() []error {
	input, err := io.ReadAll(io.LimitReader(os.Stdin, longest))
	if err != nil {
		return []error{err}
	}
	groups, problems := rulefmt.Parse(input, false)
	if len(problems) > 0 {
		return problems
	}
	for _, group := range groups.Groups {
		for _, rule := range group.Rules {
			expression, err := parser.ParseExpr(rule.Expr)
			if err != nil {
				return []error{fmt.Errorf("%s: %w", rule.Alert, err)}
			}
			fmt.Printf("%s: %s\n", rule.Alert, expression)
		}
	}
	return nil
}

func selectors() []error {
	lines := bufio.NewScanner(io.LimitReader(os.Stdin, longest))
	lines.Buffer(nil, longest)
	for lines.Scan() {
		expression, err := parser.ParseExpr(lines.Text())
		if err != nil {
			return []error{fmt.Errorf("%s: %w", lines.Text(), err)}
		}
		found := []selector{}
		for _, matchers := range parser.ExtractSelectors(expression) {
			found = append(found, describe(matchers))
		}
		text, err := json.Marshal(found)
		if err != nil {
			return []error{err}
		}
		fmt.Println(string(text))
	}
	if err := lines.Err(); err != nil {
		return []error{err}
	}
	return nil
}

func describe(matchers []*labels.Matcher) selector {
	described := selector{Matchers: []matcher{}}
	for _, each := range matchers {
		if each.Name == labels.MetricName && each.Type == labels.MatchEqual {
			described.Name = each.Value
		} else {
			described.Matchers = append(described.Matchers, matcher{each.Name, each.Type.String(), each.Value})
		}
	}
	return described
}
