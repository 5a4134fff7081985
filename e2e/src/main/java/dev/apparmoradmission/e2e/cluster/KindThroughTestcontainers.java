package dev.apparmoradmission.e2e.cluster;

import com.github.dockerjava.api.model.Image;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;

/** Rung 2: a kind node in a container, where a Docker engine answers. */
record KindThroughTestcontainers(Settings settings) implements Rung {
    private static final String REPOSITORY = "kindest/node";
    /** The newest minor version whose behaviour the tables record. */
    private static final String MINOR = "v1.35.";
    /** What kind v0.31 ships; pulled where no image of that minor version is present. */
    private static final String UPSTREAM = REPOSITORY + ":v1.35.0";

    @Override
    public String name() {
        return "kind";
    }

    @Override
    public Optional<String> hindrance() {
        if (sharesNetworkUnknowingly()) {
            return Optional.of("the tests run in a container with a Docker engine beside them:"
                    + " set TESTCONTAINERS_HOST_OVERRIDE=localhost, as e2e/test does");
        }
        try {
            return DockerClientFactory.instance().isDockerAvailable()
                    ? Optional.empty()
                    : Optional.of("start a Docker engine (DOCKER_HOST names one elsewhere)");
        } catch (RuntimeException failure) {
            // Inside a container the library runs another one to find its way out, and wants an image for that.
            return Optional.of(
                    "the Docker engine answers, but Testcontainers cannot use it (" + failure.getMessage() + ")");
        }
    }

    /**
     * Whether the library would take an engine in our own container for one outside, and pull an image for minutes to
     * find the way there. The engine's bridge among our interfaces tells the one from the other.
     */
    private boolean sharesNetworkUnknowingly() {
        return settings.value("TESTCONTAINERS_HOST_OVERRIDE").isEmpty()
                && settings.value("DOCKER_HOST").isEmpty()
                && Files.exists(Path.of("/.dockerenv"))
                && Files.exists(Path.of("/sys/class/net/docker0"));
    }

    @Override
    public TestCluster start(PrintStream progress) throws Exception {
        String image = settings.value("E2E_KIND_IMAGE").or(this::present).orElse(UPSTREAM);
        return KindCluster.start(image, settings.value("E2E_WEBHOOK_HOST"));
    }

    /** An image that is here already is preferred to a download. */
    private Optional<String> present() {
        return DockerClientFactory.instance().client().listImagesCmd().withReferenceFilter(REPOSITORY).exec().stream()
                .map(Image::getRepoTags)
                .flatMap(tags -> tags == null ? Stream.<String>empty() : Stream.of(tags))
                .filter(tag -> tag.startsWith(REPOSITORY + ":" + MINOR))
                .max(Comparator.comparingInt(KindThroughTestcontainers::patch));
    }

    private static int patch(String tag) {
        String digits = tag.substring((REPOSITORY + ":" + MINOR).length()).replaceFirst("\\D.*$", "");
        return digits.isEmpty() || digits.length() > 4 ? 0 : Integer.parseInt(digits);
    }
}
