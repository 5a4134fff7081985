package dev.apparmoradmission.e2e.scale;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a process has used so far, as the kernel counts it.
 *
 * @param cpuSeconds user and system time of all its threads, those that ended included
 * @param byThread the same for the threads that live, joined by their names without numbers
 * @param residentBytes its resident memory
 */
record Consumption(double cpuSeconds, Map<String, Double> byThread, long residentBytes) {
    /** USER_HZ, which is 100 on every Linux architecture that runs Kubernetes. */
    private static final double TICKS = 100;

    Consumption {
        byThread = Map.copyOf(byThread);
    }

    static Consumption of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        Map<String, Double> threads = new TreeMap<>();
        try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
            for (Path task : tasks.toList()) {
                try {
                    String name = Files.readString(task.resolve("comm")).strip().replaceAll("[-#0-9]+$", "");
                    threads.merge(name, seconds(task.resolve("stat")), Double::sum);
                } catch (NoSuchFileException ended) {
                    // Between the listing and the look: its time is in the sum of the process.
                    continue;
                }
            }
        }
        long resident = Files.readAllLines(process.resolve("status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
        return new Consumption(seconds(process.resolve("stat")), threads, resident);
    }

    private static double seconds(Path stat) throws IOException {
        String line = Files.readString(stat);
        // The name, in parentheses, may hold spaces: fields are counted from its end.
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
    }

    /**
     * The heap that is in use after a full collection, in bytes.
     *
     * @param largest how many lines of the classes that take most are put into {@code classes}
     */
    static long liveHeap(long pid, int largest, List<String> classes) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        if (jcmd.waitFor() != 0) {
            throw new IOException("jcmd: " + String.join("\n", lines));
        }
        lines.stream()
                .filter(line -> line.matches("\\s+\\d+:.*"))
                .limit(largest)
                .forEach(classes::add);
        String total = lines.stream()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow(() -> new IOException("jcmd printed no total"));
        return Long.parseLong(total.strip().split("\\s+")[2]);
    }
}
