// Command jmh-table turns the CSV of a JMH run (-rf csv -prof gc, on standard input) into a Markdown table with a row for each
// benchmark and set of parameters.
package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"strings"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("jmh-table: ")
	text, err := table(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
}

const allocated = "gc.alloc.rate.norm"

type row struct{ score, margin, unit, bytes string }

func table(from io.Reader) (string, error) {
	records, err := csv.NewReader(from).ReadAll()
	if err != nil {
		return "", err
	}
	if len(records) < 2 {
		return "", errors.New("no results")
	}
	column := map[string]int{}
	var parameters []string
	for i, title := range records[0] {
		column[title] = i
		if name, is := strings.CutPrefix(title, "Param: "); is {
			parameters = append(parameters, name)
		}
	}
	var order []string
	rows := map[string]*row{}
	for _, record := range records[1:] {
		name, metric, secondary := strings.Cut(record[column["Benchmark"]], ":")
		key := name[strings.LastIndexByte(name, '.')+1:]
		for _, parameter := range parameters {
			key += " | " + record[column["Param: "+parameter]]
		}
		switch {
		case !secondary:
			order = append(order, key)
			rows[key] = &row{score: round(record[column["Score"]], 2), margin: round(record[column["Score Error (99.9%)"]], 2), unit: record[column["Unit"]], bytes: "–"}
		case metric == allocated && rows[key] != nil:
			rows[key].bytes = round(record[column["Score"]], 0)
		}
	}
	var text strings.Builder
	text.WriteString("| benchmark | " + strings.Join(parameters, " | ") + " | score | ± | unit | bytes allocated |\n")
	text.WriteString("|---|" + strings.Repeat("---|", len(parameters)) + "---:|---:|---|---:|\n")
	for _, key := range order {
		one := rows[key]
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s |\n", key, one.score, one.margin, one.unit, one.bytes)
	}
	return text.String(), nil
}

func round(number string, digits int) string {
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || value != value {
		return "–"
	}
	return strconv.FormatFloat(value, 'f', digits, 64)
}
