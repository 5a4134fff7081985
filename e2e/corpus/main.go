// Command corpus runs check over directories of manifests that other projects publish, and holds every object that it reports
// against what Kubernetes' own decoders find in the same files: no crash, no pod-bearing object missed or made up, and what
// cannot be read is told with file and line and is truly no YAML that these decoders read either.
//
//	corpus -policy DIR [-page FILE] [-projects FILE] -- COMMAND... -- [DIRECTORY...]
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Kinds that pods come from, by API group; "extensions" served three of them until 1.16.
var bearing = map[string][]string{
	"":           {"Pod", "ReplicationController", "PodTemplate"},
	"apps":       {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"},
	"batch":      {"Job", "CronJob"},
	"extensions": {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"},
}

// object is what both sides know of one.
type object struct{ File, Kind, Namespace, Name string }

// source is one project before it was looked at.
type source struct{ name, directory string }

type project struct {
	name                              string
	files, objects, unreadable, alone int
	disagreements                     []string
}

type report struct {
	Results []struct{ File, Kind, Namespace, Name string }
}

func main() {
	policy := flag.String("policy", "", "the policies to judge by")
	page := flag.String("page", "", "where to write the figures")
	published := flag.String("projects", "", "a list of modules to fetch and look at")
	flag.Parse()
	rest := flag.Args()
	cut := slices.Index(rest, "--")
	if *policy == "" || cut < 1 || (cut == len(rest)-1) == (*published == "") {
		fmt.Fprintln(os.Stderr, "usage: corpus -policy DIR [-page FILE] [-projects FILE] -- COMMAND... -- [DIRECTORY...]")
		os.Exit(2)
	}
	var sources []source
	for _, directory := range rest[cut+1:] {
		sources = append(sources, source{filepath.Base(filepath.Dir(directory)) + "/" + filepath.Base(directory), directory})
	}
	if *published != "" {
		fetched, err := fetch(*published)
		if err != nil {
			fmt.Fprintln(os.Stderr, "corpus:", err)
			os.Exit(1)
		}
		sources = append(sources, fetched...)
	}
	command := append(slices.Clone(rest[:cut]), "check", "--policy", *policy, "--fail-on", "never", "--output", "json")
	projects, err := examineAll(command, sources)
	if err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(1)
	}
	bad := 0
	for _, found := range projects {
		for _, line := range found.disagreements {
			fmt.Println(found.name + ": " + line)
			bad++
		}
	}
	text := figures(projects)
	fmt.Print(text)
	if *page != "" {
		if err := os.WriteFile(*page, []byte(text), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "corpus:", err)
			os.Exit(1)
		}
	}
	if bad > 0 {
		os.Exit(1)
	}
}

// examineAll takes two projects at a time: while one process of check starts, the other has the processors.
func examineAll(command []string, sources []source) ([]project, error) {
	projects := make([]project, len(sources))
	failures := make([]error, len(sources))
	turns := make(chan struct{}, 2)
	var running sync.WaitGroup
	for i, one := range sources {
		turns <- struct{}{}
		running.Go(func() {
			defer func() { <-turns }()
			projects[i], failures[i] = examine(command, one)
			if failures[i] != nil {
				failures[i] = fmt.Errorf("%s: %w", one.name, failures[i])
			}
		})
	}
	running.Wait()
	return projects, errors.Join(failures...)
}

// examine compares both readings of one project.
func examine(command []string, from source) (project, error) {
	result := project{name: from.name}
	files, err := manifests(from.directory)
	if err != nil || len(files) == 0 {
		return result, err
	}
	ours, problems, err := check(command, from.directory)
	if err != nil {
		return result, err
	}
	for _, file := range files {
		expected, unread := read(file)
		told := problems[file]
		delete(problems, file)
		result.objects += len(expected)
		if len(expected) > 0 {
			result.files++
		}
		if len(told) > 0 {
			result.unreadable++
		}
		switch {
		case unread == nil && len(told) > 0 && !stricter(told):
			result.disagreements = append(result.disagreements, "read by Kubernetes' decoders: "+told[0])
		case unread != nil && len(told) == 0 && !leniency.MatchString(unread.Error()):
			result.disagreements = append(result.disagreements, file+": read without a word, but: "+unread.Error())
		}
		if unread == nil && len(told) > 0 {
			result.alone++
		}
		if unread != nil || len(told) > 0 {
			// Each goes on after an error in its own way: what one of them found beyond it is no fault of the other.
			expected = slices.DeleteFunc(expected, func(o object) bool { return ours[o] == 0 })
			for o := range ours {
				if o.File == file && !slices.Contains(expected, o) {
					delete(ours, o)
				}
			}
		}
		for _, o := range expected {
			if ours[o] == 0 {
				result.disagreements = append(result.disagreements, fmt.Sprintf("missed: %+v", o))
				continue
			}
			ours[o]--
		}
	}
	for o, count := range ours {
		if count > 0 {
			result.disagreements = append(result.disagreements, fmt.Sprintf("made up: %+v", o))
		}
	}
	for file, lines := range problems {
		result.disagreements = append(result.disagreements, "about no file of it: "+file+": "+lines[0])
	}
	sort.Strings(result.disagreements)
	return result, nil
}

// What check refuses although a lenient decoder reads it: a key that comes twice, which an API server refuses too where it is
// strict; tags of other tools; a comma too many in what else is JSON; what stands behind the end of a document ("..."), which
// that decoder drops without a word; a tab between tokens; an empty line that is indented further than the text behind it; and
// what is not UTF-8.
var strictness = regexp.MustCompile(`is there twice in one mapping|Duplicate field|: tag .+ (does not fit|has no meaning here)|was expecting double-quote to start field name|expected '<document start>'|found character '\\t\(TAB\)'|leading empty lines contain more spaces|is not UTF-8`)

// What these decoders refuse although it is YAML, or is no object that pods come from: the escape "\/", and a template's braces,
// which are a mapping as the key of one, in what is a list.
var leniency = regexp.MustCompile(`unknown escape character|invalid map key: map`)

func stricter(lines []string) bool {
	return !slices.ContainsFunc(lines, func(line string) bool { return !strictness.MatchString(line) })
}

// manifests lists what check looks at in a directory: no names that begin with a dot.
func manifests(directory string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != directory && strings.HasPrefix(entry.Name(), ".") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		switch filepath.Ext(path) {
		case ".yaml", ".yml", ".json":
			if !entry.IsDir() {
				files = append(files, path)
			}
		}
		return nil
	})
	return files, err
}

var place = regexp.MustCompile(`^(.+\.(?:yaml|yml|json)):\d+:\d+: `)

// check runs the command, and gives how often it reports each object, and what it says of each file that it cannot read.
func check(command []string, directory string) (map[object]int, map[string][]string, error) {
	run := exec.Command(command[0], append(command[1:], directory)...)
	var out, errs bytes.Buffer
	run.Stdout, run.Stderr = &out, &errs
	err := run.Run()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 2) {
		return nil, nil, fmt.Errorf("%w: %s", err, errs.String())
	}
	var told report
	if err := json.Unmarshal(out.Bytes(), &told); err != nil {
		return nil, nil, fmt.Errorf("its report is no JSON: %w: %s", err, errs.String())
	}
	objects := map[object]int{}
	for _, result := range told.Results {
		objects[object(result)]++
	}
	problems := map[string][]string{}
	lines := bufio.NewScanner(&errs)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		match := place.FindStringSubmatch(line)
		if match == nil {
			return nil, nil, fmt.Errorf("not file, line, column and problem: %s", line)
		}
		problems[match[1]] = append(problems[match[1]], line)
	}
	return objects, problems, lines.Err()
}

// read finds the pod-bearing objects of a file by Kubernetes' own decoders; an error does not end the file.
func read(file string) ([]object, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if found, err := readJSON(file, content); err == nil {
		return found, nil
	}
	var found []object
	var first error
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return found, first
		}
		var value any
		if err == nil {
			err = yaml.Unmarshal(document, &value)
		}
		if err != nil {
			if first == nil {
				first = err
			}
			if document == nil {
				return found, first
			}
			continue
		}
		collect(file, value, "", "", &found)
	}
}

// readJSON reads a file of JSON values, one behind the other.
func readJSON(file string, content []byte) ([]object, error) {
	var found []object
	values := json.NewDecoder(bytes.NewReader(content))
	for {
		var value any
		if err := values.Decode(&value); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, err
		}
		collect(file, value, "", "", &found)
	}
}

func collect(file string, value any, listVersion, listKind string, found *[]object) {
	fields, ok := value.(map[string]any)
	if !ok {
		return
	}
	version, kind := text(fields["apiVersion"]), text(fields["kind"])
	if kind == "" {
		kind = listKind
		if version == "" {
			version = listVersion
		}
	}
	if items, ok := fields["items"].([]any); ok && strings.HasSuffix(kind, "List") {
		for _, item := range items {
			collect(file, item, version, strings.TrimSuffix(kind, "List"), found)
		}
		return
	}
	group, _, grouped := strings.Cut(version, "/")
	if !grouped {
		group = ""
	}
	if !slices.Contains(bearing[group], kind) {
		return
	}
	if !makesPods(kind, fields) {
		return
	}
	metadata, _ := fields["metadata"].(map[string]any)
	o := object{file, kind, text(metadata["namespace"]), text(metadata["name"])}
	if o.Namespace == "" {
		o.Namespace = "default"
	}
	if o.Name == "" {
		o.Name = text(metadata["generateName"])
	}
	*found = append(*found, o)
}

// makesPods tells patches and expectations of tests, which have no pod in them, from objects.
func makesPods(kind string, fields map[string]any) bool {
	path := []string{"spec", "template"}
	switch kind {
	case "Pod":
		return true
	case "PodTemplate":
		path = []string{"template"}
	case "CronJob":
		path = []string{"spec", "jobTemplate", "spec", "template"}
	}
	for _, step := range path {
		next, ok := fields[step].(map[string]any)
		if !ok {
			return false
		}
		fields = next
	}
	return true
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

func figures(projects []project) string {
	var page strings.Builder
	page.WriteString("| project | files with such objects | pod-bearing objects | files told as unreadable | of these refused by check alone |\n|---|---|---|---|---|\n")
	var sum project
	for _, p := range projects {
		fmt.Fprintf(&page, "| %s | %d | %d | %d | %d |\n", p.name, p.files, p.objects, p.unreadable, p.alone)
		sum.files += p.files
		sum.objects += p.objects
		sum.unreadable += p.unreadable
		sum.alone += p.alone
	}
	fmt.Fprintf(&page, "| all %d | %d | %d | %d | %d |\n", len(projects), sum.files, sum.objects, sum.unreadable, sum.alone)
	return page.String()
}
