package plot

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func chart() Chart {
	return Chart{
		Title: `CPU <seconds> & "more"`, Groups: []string{"3 KB", "12 KB"}, Format: "%.2f s",
		Series: []Series{{"ours", []float64{0.5, 1}}, {"theirs & others</text>", []float64{2, 4}}, {"elsewhere", []float64{0, 0}}},
	}
}

// drawing is what a reader of the SVG finds in it.
type drawing struct {
	texts []string
	// lengths are of bars, places of dots, in the order of the rows.
	lengths, places []float64
}

func read(t *testing.T, svg string) drawing {
	t.Helper()
	var found drawing
	decoder := xml.NewDecoder(strings.NewReader(svg))
	inText := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatalf("not well-formed: %v in\n%s", err, svg)
		}
		switch at := token.(type) {
		case xml.StartElement:
			if at.Name.Space != "http://www.w3.org/2000/svg" {
				t.Errorf("%s is no element of SVG", at.Name.Local)
			}
			inText = at.Name.Local == "text"
			if strings.HasPrefix(attribute(at, "class"), "m") {
				if at.Name.Local == "rect" {
					found.lengths = append(found.lengths, number(t, attribute(at, "width")))
				} else {
					found.places = append(found.places, number(t, attribute(at, "cx")))
				}
			}
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				found.texts = append(found.texts, string(at))
			}
		}
	}
}

func TestBarsAreAsLongAsTheirValuesAreBig(t *testing.T) {
	found := read(t, chart().Bars())
	want := []float64{0.125 * plotWidth, 0.5 * plotWidth, 0.25 * plotWidth, plotWidth}
	if !slices.Equal(found.lengths, want) {
		t.Errorf("bars of %v, must be %v", found.lengths, want)
	}
}

func TestDotsStandOnALogarithmicAxis(t *testing.T) {
	found := read(t, chart().Dots())
	if len(found.places) != 4 {
		t.Fatalf("dots at %v", found.places)
	}
	// 0.5 to 2 and 1 to 4 are the same step.
	if first, second := found.places[1]-found.places[0], found.places[3]-found.places[2]; first <= 0 || math.Abs(first-second) > 0.2 {
		t.Errorf("steps of %.1f and %.1f", first, second)
	}
	for _, tick := range []string{"0.1", "1", "10"} {
		if !slices.Contains(found.texts, tick) {
			t.Errorf("no %s on the axis: %q", tick, found.texts)
		}
	}
}

func TestEveryRowHasItsNameAndItsValueAndWhatThereIsNotIsADash(t *testing.T) {
	for _, svg := range []string{chart().Bars(), chart().Dots()} {
		found := read(t, svg)
		for _, text := range []string{`CPU <seconds> & "more"`, "3 KB", "12 KB", "ours", "theirs & others</text>", "elsewhere", "0.50 s", "1.00 s", "2.00 s", "4.00 s", "–"} {
			if !slices.Contains(found.texts, text) {
				t.Errorf("no %q in %q", text, found.texts)
			}
		}
	}
}

func TestAChartWithoutAnyFigureIsStillAPicture(t *testing.T) {
	empty := Chart{Title: "nothing", Groups: []string{"3 KB"}, Format: "%f", Series: []Series{{"ours", []float64{0}}}}
	for _, svg := range []string{empty.Bars(), empty.Dots()} {
		if found := read(t, svg); !slices.Contains(found.texts, "–") || strings.Contains(svg, "NaN") {
			t.Error(svg)
		}
	}
}

func TestALongNameIsCut(t *testing.T) {
	long := Chart{Title: "x", Groups: []string{"g"}, Format: "%.0f", Series: []Series{{strings.Repeat("ä", 40), []float64{1}}}}
	if found := read(t, long.Bars()); !slices.Contains(found.texts, strings.Repeat("ä", nameLimit-1)+"…") {
		t.Errorf("%q", found.texts)
	}
}

// The bounds are those of WCAG 2.1 AA: 4.5 for text, 3 for what must be told from the ground.
func TestTextAndMarksAreReadableInLightAndDark(t *testing.T) {
	for _, colours := range []theme{light, dark} {
		if got := contrast(t, colours.text, colours.ground); got < 4.5 {
			t.Errorf("text %s on %s has a contrast of %.1f", colours.text, colours.ground, got)
		}
		for _, mark := range colours.marks {
			if got := contrast(t, mark, colours.ground); got < 3 {
				t.Errorf("mark %s on %s has a contrast of %.1f", mark, colours.ground, got)
			}
		}
	}
	if len(light.marks) != len(dark.marks) {
		t.Error("light and dark have not as many colours")
	}
	if svg := chart().Bars(); !strings.Contains(svg, "@media (prefers-color-scheme: dark)") || !strings.Contains(svg, dark.text) || !strings.Contains(svg, light.text) {
		t.Error("the picture does not follow light and dark")
	}
}

func contrast(t *testing.T, one, other string) float64 {
	t.Helper()
	a, b := luminance(t, one), luminance(t, other)
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		part, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		value := float64(part) / 255
		if value <= 0.04045 {
			value /= 12.92
		} else {
			value = math.Pow((value+0.055)/1.055, 2.4)
		}
		sum += weight * value
	}
	return sum
}

func attribute(of xml.StartElement, name string) string {
	for _, one := range of.Attr {
		if one.Name.Local == name {
			return one.Value
		}
	}
	return ""
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}
