// Command measure runs a program and prints what it cost: processor time, elapsed time and the largest resident memory.
//
//	measure -times 5 -expect 1 -- PROGRAM ARGUMENTS…
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("measure: ")
	times := flag.Int("times", 5, "how often the program is run; the median of each figure is shown")
	expect := flag.Int("expect", 0, "exit status that the program must have")
	out := flag.String("out", os.DevNull, "file for the program's standard output")
	flag.Parse()
	if *times < 1 || flag.NArg() == 0 {
		log.Fatal("-times must be 1 or more, and a program is needed")
	}
	if err := run(*times, *expect, *out, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(times, expect int, out string, program []string) error {
	var cpu, elapsed, resident []float64
	for range times {
		output, err := os.Create(out)
		if err != nil {
			return err
		}
		command := exec.Command(program[0], program[1:]...)
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
		if status := command.ProcessState.ExitCode(); status != expect {
			return fmt.Errorf("%s ended with status %d, not %d", program[0], status, expect)
		}
		usage := command.ProcessState.SysUsage().(*syscall.Rusage)
		cpu = append(cpu, (command.ProcessState.UserTime() + command.ProcessState.SystemTime()).Seconds())
		elapsed = append(elapsed, passed.Seconds())
		resident = append(resident, float64(usage.Maxrss)/1024)
	}
	fmt.Printf("CPU %.2f s · elapsed %.2f s · largest resident %.0f MiB (medians of %d runs; CPU %.2f–%.2f s)\n",
		median(cpu), median(elapsed), median(resident), times, slices.Min(cpu), slices.Max(cpu))
	return nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
