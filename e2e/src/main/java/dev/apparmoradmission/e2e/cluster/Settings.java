package dev.apparmoradmission.e2e.cluster;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The variables by which a person or a CI job chooses; {@code e2e/README.md} lists them.
 *
 * @param environment names and values as the process got them
 */
public record Settings(Map<String, String> environment) {
    public Settings {
        environment = Map.copyOf(environment);
    }

    /** The variables of this process. */
    public static Settings ofProcess() {
        return new Settings(System.getenv());
    }

    /** The value of a variable; a blank one counts as absent, as CI systems set unused ones to "". */
    public Optional<String> value(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** The value of a variable that names a file or directory. */
    public Optional<Path> path(String name) {
        return value(name).map(Path::of);
    }

    /** Where what is slow to make is kept between runs: {@code $XDG_CACHE_HOME} or {@code ~/.cache}. */
    public Path cache() {
        Path base = path("XDG_CACHE_HOME").orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"));
        return base.resolve("apparmor-admission-e2e");
    }

    /** The executable of that name on the search path. */
    public Optional<Path> executable(String name) {
        for (String directory : value("PATH").orElse("").split(java.io.File.pathSeparator, -1)) {
            Path candidate = Path.of(directory.isEmpty() ? "." : directory, name);
            if (java.nio.file.Files.isRegularFile(candidate) && java.nio.file.Files.isExecutable(candidate)) {
                return Optional.of(candidate.toAbsolutePath());
            }
        }
        return Optional.empty();
    }
}
