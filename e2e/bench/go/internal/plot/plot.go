// Package plot draws the charts of the bench as SVG: rows in groups, each with its name, its mark and its value, so that nothing
// is told by colour alone. A style sheet inside follows the reader's choice of light or dark, on a ground of its own.
package plot

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"
)

// Chart has a row for each series in each group.
type Chart struct {
	Title  string
	Groups []string
	Series []Series
	// Format is how a value is written, for example "%.2f ms".
	Format string
}

// Series is one server's figures, one for each group; 0 is a figure that there is not.
type Series struct {
	Name   string
	Values []float64
}

const (
	width      = 760
	nameColumn = 200
	// plotWidth leaves room for the value behind the longest mark.
	plotWidth = 440
	titleRow  = 44
	groupRow  = 26
	row       = 20
	axisRow   = 30
	nameLimit = 27
)

// theme holds colours; marks are taken by the number of the series.
type theme struct {
	ground, text, faint string
	marks               []string
}

var (
	light = theme{"#ffffff", "#1f2328", "#d1d9e0", []string{"#0b6bcb", "#a85400", "#2e7d32", "#7b3fa0", "#a3263c", "#4a5568"}}
	dark  = theme{"#0d1117", "#e6edf3", "#3d444d", []string{"#6cb6ff", "#f0a35e", "#7ccf83", "#c9a0ec", "#ff8a98", "#a9b4c2"}}
)

// Bars draws lengths from zero, so that twice as long is twice as much.
func (chart Chart) Bars() string {
	most := 0.0
	chart.each(func(value float64) { most = max(most, value) })
	return chart.draw(nil, func(text *strings.Builder, value float64, series, y int) float64 {
		length := value / most * plotWidth
		fmt.Fprintf(text, "<rect class=\"m%d\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"13\"/>\n", series, nameColumn, y+3, length)
		return nameColumn + length
	})
}

// Dots draws places on a logarithmic axis, for values that are far apart.
func (chart Chart) Dots() string {
	least, most := math.Inf(1), math.Inf(-1)
	chart.each(func(value float64) { least, most = min(least, value), max(most, value) })
	if least > most {
		return chart.draw(nil, nil)
	}
	first, last := math.Floor(math.Log10(least)), math.Ceil(math.Log10(most))
	last = max(last, first+1)
	place := func(value float64) float64 {
		return nameColumn + (math.Log10(value)-first)/(last-first)*plotWidth
	}
	var ticks []tick
	for power := first; power <= last; power++ {
		ticks = append(ticks, tick{place(math.Pow(10, power)), fmt.Sprintf("%g", math.Pow(10, power))})
	}
	return chart.draw(ticks, func(text *strings.Builder, value float64, series, y int) float64 {
		fmt.Fprintf(text, "<circle class=\"m%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"/>\n", series, place(value), float64(y)+9.5)
		return place(value) + 5
	})
}

func (chart Chart) each(see func(float64)) {
	for _, series := range chart.Series {
		for _, value := range series.Values {
			if value > 0 {
				see(value)
			}
		}
	}
}

type tick struct {
	x    float64
	text string
}

// draw writes the chart; mark draws one value in the row from y on and gives the place where its end is.
func (chart Chart) draw(ticks []tick, mark func(text *strings.Builder, value float64, series, y int) float64) string {
	foot := titleRow + len(chart.Groups)*(groupRow+row*len(chart.Series))
	height := foot + 14
	if len(ticks) > 0 {
		height = foot + axisRow
	}
	var text strings.Builder
	fmt.Fprintf(&text, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n", width, height, width, height)
	fmt.Fprintf(&text, "<title>%s</title>\n<style>\n%s@media (prefers-color-scheme: dark) {\n%s}\n</style>\n", escape(chart.Title), light.style(), dark.style())
	fmt.Fprintf(&text, "<rect class=\"ground\" width=\"%d\" height=\"%d\"/>\n<text class=\"strong\" x=\"16\" y=\"28\">%s</text>\n", width, height, escape(chart.Title))
	for _, one := range ticks {
		fmt.Fprintf(&text, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n", one.x, one.x, titleRow, foot+4)
		fmt.Fprintf(&text, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", one.x, foot+20, escape(one.text))
	}
	y := titleRow
	for group, title := range chart.Groups {
		fmt.Fprintf(&text, "<text class=\"strong\" x=\"16\" y=\"%d\">%s</text>\n", y+18, escape(title))
		y += groupRow
		for number, series := range chart.Series {
			fmt.Fprintf(&text, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", nameColumn-8, y+14, escape(shortened(series.Name)))
			end, value := float64(nameColumn), "–"
			if series.Values[group] > 0 {
				end = mark(&text, series.Values[group], number%len(light.marks), y)
				value = fmt.Sprintf(chart.Format, series.Values[group])
			}
			fmt.Fprintf(&text, "<text x=\"%.1f\" y=\"%d\">%s</text>\n", end+8, y+14, escape(value))
			y += row
		}
	}
	text.WriteString("</svg>\n")
	return text.String()
}

func (colours theme) style() string {
	var text strings.Builder
	fmt.Fprintf(&text, "text { fill: %s; font: 12px system-ui, sans-serif }\n.strong { font-weight: 600; font-size: 13px }\n", colours.text)
	fmt.Fprintf(&text, "line { stroke: %s }\n.ground { fill: %s }\n", colours.faint, colours.ground)
	for number, colour := range colours.marks {
		fmt.Fprintf(&text, ".m%d { fill: %s }\n", number, colour)
	}
	return text.String()
}

func shortened(name string) string {
	if runes := []rune(name); len(runes) > nameLimit {
		return string(runes[:nameLimit-1]) + "…"
	}
	return name
}

func escape(text string) string {
	var escaped strings.Builder
	// A Builder never fails.
	_ = xml.EscapeText(&escaped, []byte(text))
	return escaped.String()
}
