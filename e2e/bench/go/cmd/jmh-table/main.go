// Command jmh-table turns the CSV of a JMH run (-rf csv -prof gc, on standard input) into a Markdown table with a row for each
// benchmark and set of parameters.
//
//	jmh-table [-against PAGE]
//
// With a page that holds such a table it adds how the scores and bytes compare with those.
package main

import (
	"encoding/csv"
	"errors"
	"flag"
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
	against := flag.String("against", "", "a page with the figures to compare with")
	flag.Parse()
	page := ""
	if *against != "" {
		read, err := os.ReadFile(*against)
		if err != nil {
			log.Fatal(err)
		}
		page = string(read)
	}
	text, err := table(os.Stdin, page)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
}

const allocated = "gc.alloc.rate.norm"

type row struct{ score, margin, unit, bytes string }

// table makes the table; with the text of a page, what it says of the same rows is compared.
func table(from io.Reader, page string) (string, error) {
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
	earlier := rowsOf(page)
	titles, rule := "", ""
	if page != "" {
		titles, rule = " score ÷ committed | bytes ÷ committed |", "---:|---:|"
	}
	var text strings.Builder
	text.WriteString("| benchmark | " + strings.Join(parameters, " | ") + " | score | ± | unit | bytes allocated |" + titles + "\n")
	text.WriteString("|---|" + strings.Repeat("---|", len(parameters)) + "---:|---:|---|---:|" + rule + "\n")
	for _, key := range order {
		one := rows[key]
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s |", key, one.score, one.margin, one.unit, one.bytes)
		if page != "" {
			before := earlier[compact(key)]
			fmt.Fprintf(&text, " %s | %s |", ratio(one.score, before.score), ratio(one.bytes, before.bytes))
		}
		text.WriteString("\n")
	}
	return text.String(), nil
}

// rowsOf takes the rows out of a page, by what stands before their figures.
func rowsOf(page string) map[string]row {
	rows := map[string]row{}
	for _, line := range strings.Split(page, "\n") {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if figures := len(cells) - 4; figures > 0 && strings.HasPrefix(line, "| ") {
			rows[compact(strings.Join(cells[:figures], "|"))] = row{
				score: strings.TrimSpace(cells[figures]), bytes: strings.TrimSpace(cells[figures+3])}
		}
	}
	return rows
}

// compact leaves the values that are there: which parameters a table has depends on the benchmarks that ran.
func compact(key string) string {
	var values []string
	for _, value := range strings.Split(key, "|") {
		if value = strings.TrimSpace(value); value != "" {
			values = append(values, value)
		}
	}
	return strings.Join(values, " ")
}

func ratio(now, before string) string {
	a, wrong := strconv.ParseFloat(now, 64)
	b, none := strconv.ParseFloat(before, 64)
	if wrong != nil || none != nil || b == 0 {
		return "–"
	}
	return strconv.FormatFloat(a/b, 'f', 2, 64)
}

func round(number string, digits int) string {
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || value != value {
		return "–"
	}
	return strconv.FormatFloat(value, 'f', digits, 64)
}
