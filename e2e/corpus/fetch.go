package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// fetch has the Go command get the modules of a list, one "MODULE VERSION CHECKSUM" a line, and gives their names and the
// directories that hold them. A module that is not there, or is another one than the list says, is an error that names it.
func fetch(list string) ([]source, error) {
	content, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	download := exec.Command("go", "mod", "download", "-json")
	for number, line := range strings.Split(string(content), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return nil, fmt.Errorf("%s:%d: not MODULE VERSION CHECKSUM", list, number+1)
		}
		module := fields[0] + "@" + fields[1]
		sums[module] = fields[2]
		download.Args = append(download.Args, module)
	}
	// Outside of any module: inside of one the Go command would hold them against that one's own requirements.
	download.Dir = os.TempDir()
	download.Stderr = os.Stderr
	// It ends with 1 where one module failed, and tells of that one in its place.
	out, failure := download.Output()
	var fetched []source
	answers := json.NewDecoder(bytes.NewReader(out))
	for {
		var module struct{ Path, Version, Error, Dir, Sum string }
		if err := answers.Decode(&module); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go mod download: %w", err)
		}
		name := module.Path + "@" + module.Version
		if module.Error != "" {
			return nil, fmt.Errorf("%s cannot be fetched: %s", name, module.Error)
		}
		if module.Sum != sums[name] {
			return nil, fmt.Errorf("%s has the checksum %s, and %s says %q", name, module.Sum, list, sums[name])
		}
		fetched = append(fetched, source{name, module.Dir})
	}
	if len(fetched) != len(sums) {
		return nil, fmt.Errorf("go mod download gave %d of %d modules: %w", len(fetched), len(sums), failure)
	}
	return fetched, nil
}
