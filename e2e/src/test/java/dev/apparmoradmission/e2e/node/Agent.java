package dev.apparmoradmission.e2e.node;

import dev.apparmoradmission.e2e.kernel.AppArmorKernel;
import dev.apparmoradmission.e2e.kernel.Remote;
import java.time.Duration;

/** The agent as a process on the machine with the AppArmor kernel. */
final class Agent implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final AppArmorKernel kernel;
    private final Remote process;
    private final long pid;

    private Agent(AppArmorKernel kernel, Remote process, long pid) {
        this.kernel = kernel;
        this.process = process;
        this.pid = pid;
    }

    /** Starts it by a shell script that becomes it. */
    static Agent start(AppArmorKernel kernel, String script) {
        Remote process = kernel.begin("echo $$\n" + script);
        kernel.await(
                "a process id",
                BOUND,
                () -> process.output().contains("\n") || process.status().isPresent());
        return new Agent(
                kernel,
                process,
                Long.parseLong(process.output().lines().findFirst().orElse("")));
    }

    /** What it has logged. */
    String log() {
        return process.output().replaceFirst("^[0-9]+\n", "");
    }

    long pid() {
        return pid;
    }

    boolean runs() {
        return process.status().isEmpty();
    }

    /** A file of its directory in {@code /proc}. */
    String proc(String file) {
        return kernel.run("cat /proc/" + pid + "/" + file).output().strip();
    }

    /** A field of its {@code status} file. */
    String status(String field) {
        return proc("status")
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    /** Resident memory in KiB. */
    long resident() {
        return Long.parseLong(status("VmRSS").replaceAll("[^0-9]", ""));
    }

    /** User and system time spent so far, in seconds. */
    double cpu() {
        String stat = proc("stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    /** Sends a signal and waits for the end; returns the exit status. */
    int end(String signal) {
        kernel.run("kill -" + signal + " " + pid);
        kernel.await("the agent's end", BOUND, () -> process.status().isPresent());
        return process.status().getAsInt();
    }

    @Override
    public void close() {
        if (runs()) {
            end("KILL");
        }
    }
}
