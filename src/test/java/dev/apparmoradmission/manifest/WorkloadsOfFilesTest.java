package dev.apparmoradmission.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apparmoradmission.manifest.ManifestFiles.ManifestFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However many files are read at once, a reader is told the same things in the same order. */
class WorkloadsOfFilesTest {

    private static final List<String> CONTENTS = List.of(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec: {containers: [{name: a}]}\n",
            "{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {\"name\": \"NAME\"}, \"spec\":"
                    + " {\"template\": {\"spec\": {\"containers\": [{\"name\": \"a\"}]}}}}\n",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec: {containers: 5}\n",
            "kind: [\n",
            "metadata: {name: {{ .Values.name }}}\n",
            "apiVersion: v1\nkind: ConfigMap\n",
            "a: 1\n",
            "\"\\xff\"\n",
            "");

    @TempDir
    Path dir;

    /** Writes down what it is told. */
    private record Diary(List<String> lines) implements WorkloadsOfFiles.Reader<String> {
        @Override
        public void workload(String workload) {
            lines.add(workload);
        }

        @Override
        public void problem(String line) {
            lines.add("problem: " + line);
        }

        @Override
        public void note(String line) {
            lines.add("note: " + line);
        }

        @Override
        public void file(int number, int of) {
            lines.add("file " + number + " of " + of);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 16})
    void a_tree_is_told_of_in_the_same_order_by_any_number_of_threads(int threads) throws IOException {
        Random random = new Random(threads);
        for (int tree = 0; tree < 12; tree++) {
            Path root = Files.createDirectory(dir.resolve("tree" + tree));
            List<String> paths = grow(root, random);

            List<String> alone = told(paths, 1);

            assertThat(alone).anyMatch(line -> line.startsWith("problem: "));
            assertThat(told(paths, threads)).as("tree %s", tree).isEqualTo(alone);
        }
    }

    /** Files good and bad, links to nowhere, one that is read in its turn, something that is not there, and standard input. */
    private static List<String> grow(Path root, Random random) throws IOException {
        int files = 20 + random.nextInt(60);
        for (int i = 0; i < files; i++) {
            Path directory = Files.createDirectories(root.resolve("d" + random.nextInt(4)));
            Path file = directory.resolve("f" + random.nextInt(1000) + (random.nextBoolean() ? ".yaml" : ".json"));
            if (Files.exists(file)) {
                continue;
            }
            if (random.nextInt(10) == 0) {
                Files.createSymbolicLink(file, Path.of("nowhere"));
                continue;
            }
            StringBuilder content = new StringBuilder();
            for (int document = random.nextInt(4); document >= 0; document--) {
                String text = CONTENTS.get(random.nextInt(CONTENTS.size()));
                content.append("---\n").append(text.replace("NAME", "n" + random.nextInt(1000)));
            }
            Files.write(file, content.toString().replace("\\xff", "\u00ff").getBytes(StandardCharsets.ISO_8859_1));
        }
        Files.writeString(
                root.resolve("d" + random.nextInt(4)).resolve("large.yaml"),
                CONTENTS.get(0) + ("# " + "x".repeat(1000) + "\n").repeat(4300));
        return List.of(root.resolve("absent").toString(), "-", root.toString());
    }

    private static List<String> told(List<String> paths, int threads) throws IOException {
        Diary diary = new Diary(new ArrayList<>());
        Function<WrittenWorkload, String> shown =
                workload -> workload.file() + " " + workload.document() + " " + workload.kind() + " " + workload.name()
                        + " " + workload.places().start();
        InputStream in = new ByteArrayInputStream(CONTENTS.get(0).getBytes(StandardCharsets.UTF_8));
        WorkloadsOfFiles.read(paths, List.of(), in, shown, diary, threads);
        return diary.lines();
    }

    @Test
    void few_files_are_read_by_the_thread_that_asks() throws IOException {
        write(7);

        assertThat(threadsAtWork(4)).containsExactly(Thread.currentThread());
    }

    @Test
    void many_files_are_read_by_others() throws IOException {
        write(8);

        assertThat(threadsAtWork(4)).doesNotContain(Thread.currentThread()).hasSizeBetween(1, 4);
    }

    private Set<Thread> threadsAtWork(int threads) throws IOException {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        Function<WrittenWorkload, String> work = workload -> {
            seen.add(Thread.currentThread());
            return "";
        };
        WorkloadsOfFiles.read(
                List.of(dir.toString()),
                List.of(),
                InputStream.nullInputStream(),
                work,
                new Diary(new ArrayList<>()),
                threads);
        return seen;
    }

    @Test
    void no_more_is_read_ahead_than_the_window_holds() throws IOException {
        write(200);
        AtomicInteger made = new AtomicInteger();
        List<Integer> ahead = new ArrayList<>();
        Function<WrittenWorkload, String> work = workload -> "" + made.incrementAndGet();
        WorkloadsOfFiles.Reader<String> slow = new WorkloadsOfFiles.Reader<>() {
            private int taken;

            @Override
            public void workload(String workload) {
                ahead.add(made.get() - ++taken);
            }

            @Override
            public void problem(String line) {
                throw new AssertionError(line);
            }

            @Override
            public void note(String line) {
                throw new AssertionError(line);
            }
        };

        WorkloadsOfFiles.read(List.of(dir.toString()), List.of(), InputStream.nullInputStream(), work, slow, 2);

        assertThat(ahead).hasSize(200).allMatch(files -> files <= 16);
    }

    @Test
    void a_fault_in_the_work_and_a_reader_that_has_enough_end_it() throws IOException {
        write(20);
        Function<WrittenWorkload, String> faulty = workload -> {
            throw new IllegalStateException("a fault");
        };
        assertThatThrownBy(() -> WorkloadsOfFiles.read(
                        List.of(dir.toString()),
                        List.of(),
                        InputStream.nullInputStream(),
                        faulty,
                        new Diary(new ArrayList<>()),
                        2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a fault");
        WorkloadsOfFiles.Reader<String> broken = new WorkloadsOfFiles.Reader<>() {
            @Override
            public void workload(String workload) throws IOException {
                throw new IOException("broken pipe");
            }

            @Override
            public void problem(String line) {}

            @Override
            public void note(String line) {}
        };
        assertThatThrownBy(() -> WorkloadsOfFiles.read(
                        List.of(dir.toString()), List.of(), InputStream.nullInputStream(), any -> "", broken, 2))
                .isInstanceOf(IOException.class)
                .hasMessage("broken pipe");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 16})
    void a_large_file_and_a_pipe_come_to_the_same_as_one_that_is_in_memory(int threads) throws IOException {
        Random random = new Random(threads);
        for (int round = 0; round < 2; round++) {
            byte[] content = large(random).getBytes(StandardCharsets.UTF_8);
            Path file = Files.write(dir.resolve("large" + threads + round + ".yaml"), content);
            Diary whole = new Diary(new ArrayList<>());
            WorkloadsOfFiles.read(new ManifestFile("-", true), content, shown(whole));

            Diary ofFile = new Diary(new ArrayList<>());
            WorkloadsOfFiles.read(
                    List.of(file.toString()),
                    List.of(),
                    InputStream.nullInputStream(),
                    WorkloadsOfFilesTest::shown,
                    ofFile,
                    threads);
            Diary ofPipe = new Diary(new ArrayList<>());
            WorkloadsOfFiles.read(
                    List.of("-"),
                    List.of(),
                    new ByteArrayInputStream(content),
                    WorkloadsOfFilesTest::shown,
                    ofPipe,
                    threads);

            assertThat(whole.lines()).hasSizeGreaterThan(1000);
            whole.lines().add(0, "file 1 of 1");
            // Not told by AssertJ what differs: it would be much.
            assertThat(ofPipe.lines().equals(whole.lines())).isTrue();
            assertThat(ofFile.lines().stream()
                            .map(line -> line.replace(file.toString(), "-"))
                            .toList()
                            .equals(whole.lines()))
                    .isTrue();
        }
    }

    private static String shown(WrittenWorkload workload) {
        return workload.file() + " " + workload.document() + " " + workload.kind() + " " + workload.name() + " "
                + workload.places().start() + " " + workload.places().of("spec.containers[0]") + " "
                + workload.content();
    }

    private static WorkloadsOfFiles.Reader<WrittenWorkload> shown(Diary diary) {
        return new WorkloadsOfFiles.Reader<>() {
            @Override
            public void workload(WrittenWorkload workload) {
                diary.workload(shown(workload));
            }

            @Override
            public void problem(String line) {
                diary.problem(line);
            }

            @Override
            public void note(String line) {
                diary.note(line);
            }
        };
    }

    /** More than is read at once; documents of all sizes, and line feeds of both kinds. */
    private static String large(Random random) {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "\uFEFF" : "");
        while (text.length() < 3_000_000) {
            String document = CONTENTS.get(random.nextInt(CONTENTS.size())).replace("NAME", "n" + random.nextInt(1000));
            text.append(random.nextInt(9) == 0 ? "--- # next\n" : "---\n");
            text.append(random.nextBoolean() ? document : document.replace("\n", "\r\n"));
            text.append("# --- \u00e9".repeat(random.nextInt(4))).append('\n');
            if (random.nextInt(3) == 0) {
                text.append("# ").append("x".repeat(random.nextInt(3000))).append('\n');
            }
            if (random.nextInt(2000) == 0) {
                text.append("---\napiVersion: v1\nkind: List\nitems:\n")
                        .append("- {apiVersion: v1, kind: Pod, spec: {containers: [{name: a}]}}\n".repeat(1500));
            }
        }
        return text.append("---\nkind: last").toString();
    }

    /** Keeps what it is told. */
    private record Kept<T>(List<Object> all) implements WorkloadsOfFiles.Reader<T> {
        @Override
        public void workload(T workload) {
            all.add(workload);
        }

        @Override
        public void problem(String line) {
            all.add("problem: " + line);
        }

        @Override
        public void note(String line) {
            all.add("note: " + line);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void a_byte_that_is_not_utf8_costs_the_document_in_which_it_stands(int threads) throws IOException {
        String pod = "---\n" + CONTENTS.get(0);
        String text = pod + pod.replace("NAME", "n\u00e9") + pod;
        Path file = Files.write(dir.resolve("latin.yaml"), text.getBytes(StandardCharsets.ISO_8859_1));

        assertThat(told(List.of(file.toString()), threads))
                .containsExactly(
                        "file 1 of 1",
                        file + " 1 Pod NAME 2:1",
                        "problem: " + file + ":9:19: byte 0xe9 is not UTF-8; save the file as UTF-8",
                        file + " 3 Pod NAME 12:1");
    }

    @Test
    void of_a_stream_that_breaks_is_told_what_came_well_before() throws IOException {
        byte[] content = ("---\n" + CONTENTS.get(0)).repeat(9000).getBytes(StandardCharsets.UTF_8);
        InputStream broken = new SequenceInputStream(new ByteArrayInputStream(content), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return read();
            }
        });
        List<Object> told = new ArrayList<>();

        WorkloadsOfFiles.read(List.of("-"), List.of(), broken, WrittenWorkload::document, new Kept<>(told), 2);

        assertThat(told.get(told.size() - 1)).isEqualTo("problem: -: cannot be read: gone");
        assertThat(told.subList(0, told.size() - 1))
                .hasSizeBetween(7000, 9000)
                .containsExactlyElementsOf(
                        IntStream.range(1, told.size()).boxed().toList());
    }

    @Test
    void of_a_large_file_no_more_is_read_ahead_than_the_window_holds() throws IOException {
        long document = ("---\n" + CONTENTS.get(0)).length();
        int documents = (int) (20_000_000 / document);
        Counted pods = new Counted(documents);
        AtomicLong most = new AtomicLong();
        Kept<Integer> reader = new Kept<>(new ArrayList<>());

        WorkloadsOfFiles.read(
                List.of("-"),
                List.of(),
                pods,
                workload -> {
                    most.accumulateAndGet(pods.given.get() - (workload.document() - 1) * document, Math::max);
                    return workload.document();
                },
                reader,
                2);

        assertThat(reader.all()).hasSize(documents);
        assertThat(most.get()).isBetween(1L, 4_000_000L);
    }

    /** So many pods, made as they are read. */
    private static final class Counted extends InputStream {

        private final byte[] document = ("---\n" + CONTENTS.get(0)).getBytes(StandardCharsets.UTF_8);
        private final long length;
        private final AtomicLong given = new AtomicLong();

        Counted(int documents) {
            this.length = (long) documents * document.length;
        }

        @Override
        public int read() {
            return given.get() == length ? -1 : document[(int) (given.getAndIncrement() % document.length)];
        }

        @Override
        public int read(byte[] bytes, int offset, int most) {
            int next = read();
            if (next < 0) {
                return next;
            }
            int at = 0;
            for (; at < most && next >= 0; at++) {
                bytes[offset + at] = (byte) next;
                next = at + 1 < most ? read() : -1;
            }
            return at;
        }
    }

    private void write(int files) throws IOException {
        for (int i = 0; i < files; i++) {
            Files.writeString(dir.resolve("f%03d.yaml".formatted(i)), CONTENTS.get(0));
        }
    }
}
