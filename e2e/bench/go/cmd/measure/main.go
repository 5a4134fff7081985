// Command measure runs programs in turn, as often as is asked for, and prints what each cost: processor time, elapsed time and
// the largest resident memory, medians, and the ratio of each to the last.
//
//	measure -times 5 -out DIRECTORY NAME EXIT-STATUS PROGRAM ARGUMENTS… [::: NAME EXIT-STATUS PROGRAM ARGUMENTS…]…
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// separator stands between programs.
const separator = ":::"

// program is one of those that are measured, and what its runs cost.
type program struct {
	Name string `json:"name"`
	// CPU and Elapsed are seconds of each run, Resident MiB.
	CPU      []float64 `json:"cpuSeconds"`
	Elapsed  []float64 `json:"elapsedSeconds"`
	Resident []float64 `json:"residentMiB"`
	status   int
	command  []string
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("measure: ")
	times := flag.Int("times", 5, "how often each program is run; the median of each figure is shown")
	out := flag.String("out", "", "directory for NAME.out, the standard output of each program's last run; dropped without it")
	jsonOut := flag.String("json", "", "file to write all figures to")
	flag.Parse()
	if err := measure(*times, *out, *jsonOut, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func measure(times int, out, jsonOut string, arguments []string) error {
	programs, err := parse(arguments)
	if err != nil {
		return err
	}
	if times < 1 {
		return errors.New("-times must be 1 or more")
	}
	// In turn, so that whatever else the machine does falls on all of them alike.
	for range times {
		for i := range programs {
			if err := programs[i].run(out); err != nil {
				return err
			}
		}
	}
	fmt.Print(table(programs))
	if jsonOut == "" {
		return nil
	}
	encoded, err := json.MarshalIndent(programs, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(jsonOut, append(encoded, '\n'), 0o644)
}

func parse(arguments []string) ([]program, error) {
	var programs []program
	for len(arguments) > 0 {
		end := slices.Index(arguments, separator)
		rest := []string{}
		if end < 0 {
			end = len(arguments)
		} else {
			rest = arguments[end+1:]
		}
		one := arguments[:end]
		if len(one) < 3 {
			return nil, fmt.Errorf("%q: a name, an exit status and a program are needed", strings.Join(one, " "))
		}
		status, err := strconv.Atoi(one[1])
		if err != nil {
			return nil, fmt.Errorf("exit status of %s: %w", one[0], err)
		}
		programs = append(programs, program{Name: one[0], status: status, command: one[2:]})
		arguments = rest
	}
	if len(programs) == 0 {
		return nil, errors.New("a program is needed")
	}
	return programs, nil
}

func (p *program) run(out string) error {
	file := os.DevNull
	if out != "" {
		file = filepath.Join(out, p.Name+".out")
	}
	output, err := os.Create(file)
	if err != nil {
		return err
	}
	command := exec.Command(p.command[0], p.command[1:]...)
	command.Stdout, command.Stderr = output, os.Stderr
	start := time.Now()
	err = command.Run()
	passed := time.Since(start)
	if closed := output.Close(); closed != nil {
		return closed
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	if status := command.ProcessState.ExitCode(); status != p.status {
		return fmt.Errorf("%s ended with status %d, not %d", p.Name, status, p.status)
	}
	usage := command.ProcessState.SysUsage().(*syscall.Rusage)
	p.CPU = append(p.CPU, (command.ProcessState.UserTime() + command.ProcessState.SystemTime()).Seconds())
	p.Elapsed = append(p.Elapsed, passed.Seconds())
	p.Resident = append(p.Resident, float64(usage.Maxrss)/1024)
	return nil
}

func table(programs []program) string {
	var text strings.Builder
	yardstick := programs[len(programs)-1]
	text.WriteString("| program | CPU, seconds | least to most | elapsed, seconds | largest resident, MiB |")
	ratios := len(programs) > 1
	if ratios {
		fmt.Fprintf(&text, " CPU ÷ %s | elapsed ÷ | resident ÷ |", yardstick.Name)
	}
	text.WriteString("\n|---|---:|---:|---:|---:|" + strings.Repeat("---:|", map[bool]int{true: 3}[ratios]) + "\n")
	for _, one := range programs {
		fmt.Fprintf(&text, "| %s | %.2f | %.2f–%.2f | %.2f | %.0f |", one.Name, median(one.CPU), slices.Min(one.CPU), slices.Max(one.CPU), median(one.Elapsed), median(one.Resident))
		if ratios {
			fmt.Fprintf(&text, " %.2f | %.2f | %.2f |", median(one.CPU)/median(yardstick.CPU), median(one.Elapsed)/median(yardstick.Elapsed), median(one.Resident)/median(yardstick.Resident))
		}
		text.WriteByte('\n')
	}
	return text.String()
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
