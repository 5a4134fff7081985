package dev.apparmoradmission.agent;

import dev.apparmoradmission.decision.Quoted;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code agent} is asked to do. An option is given as an argument or as an environment variable, and the argument wins.
 * They are few and read once by a process that lives for months, so no library is kept in memory for them.
 *
 * @param namespace where the ConfigMap belongs; empty for that of the service account
 * @param node what the node is said to be called; empty where only the token tells
 * @param nodeUid the uid of its Node; empty where the token tells
 * @param securityfs the kernel's {@code /sys/kernel/security}
 * @param moduleParameters the kernel's {@code /sys/module/apparmor/parameters}
 * @param bootIdFile the file with the boot's id
 * @param server the API server; empty where the environment names none
 * @param tokenFile the service account's token
 * @param caFile the certificates that vouch for the API server
 * @param refresh the longest time between two publications
 * @param poll the time between two looks at the list that nothing announced
 * @param contentHashes whether the hashes of the profiles' contents are published
 * @param print whether the ConfigMap is only printed, once
 */
record AgentOptions(
        Optional<String> namespace,
        Optional<String> node,
        Optional<String> nodeUid,
        Path securityfs,
        Path moduleParameters,
        Path bootIdFile,
        Optional<URI> server,
        Path tokenFile,
        Path caFile,
        Duration refresh,
        Duration poll,
        boolean contentHashes,
        boolean print) {

    private static final String PREFIX = "APPARMOR_ADMISSION_AGENT_";
    private static final String ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/";
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    /** An option: its name, what its value is called (empty for a switch), its default, and what it does. */
    private record Known(String name, String value, String fallback, String text) {}

    private static final List<Known> KNOWN = List.of(
            new Known("namespace", "NAME", "", "where the ConfigMap belongs (default: the pod's own namespace)"),
            new Known("node", "NAME", "", "this node's name, checked against the token's (also: NODE_NAME)"),
            new Known("node-uid", "UID", "", "the uid of its Node, needed only where the token does not tell"),
            new Known("securityfs", "DIR", "/sys/kernel/security", "holds apparmor/profiles and apparmor/revision"),
            new Known("module-parameters", "DIR", "/sys/module/apparmor/parameters", "holds enabled"),
            new Known("boot-id-file", "FILE", "/proc/sys/kernel/random/boot_id", "tells this boot from the last"),
            new Known("server", "URL", "", "the API server (default: the cluster that the pod runs in)"),
            new Known("token-file", "FILE", ACCOUNT + "token", "a node-bound service-account token"),
            new Known("ca-file", "FILE", ACCOUNT + "ca.crt", "vouches for the API server"),
            new Known("refresh", "DURATION", "6h", "publish at least this often"),
            new Known("poll", "DURATION", "30s", "look this often for what the kernel does not announce"),
            new Known("content-hashes", "", "false", "publish the hash of each profile's content too"),
            new Known("print", "", "false", "print the ConfigMap once and exit, without an API server"),
            new Known("help", "", "false", "print this and exit"));

    /**
     * Reads arguments and environment.
     *
     * @return empty where only the usage is asked for
     * @throws AgentFailure where they make no sense
     */
    static Optional<AgentOptions> parse(List<String> arguments, Map<String, String> environment) throws AgentFailure {
        Values values = new Values(arguments, environment);
        if (values.isOn("help")) {
            return Optional.empty();
        }
        Optional<String> given = values.text("server");
        Optional<URI> server = given.isPresent() ? Optional.of(server(given.get())) : ofCluster(environment);
        return Optional.of(new AgentOptions(
                values.matching("namespace", Names.NAMESPACE),
                values.matching("node", Names.NODE),
                values.matching("node-uid", Names.UID),
                values.path("securityfs"),
                values.path("module-parameters"),
                values.path("boot-id-file"),
                server,
                values.path("token-file"),
                values.path("ca-file"),
                values.duration("refresh", Duration.ofSeconds(1), Duration.ofDays(7)),
                values.duration("poll", Duration.ofMillis(50), Duration.ofHours(1)),
                values.isOn("content-hashes"),
                values.isOn("print")));
    }

    /** How to use it. */
    static String usage() {
        StringBuilder text = new StringBuilder("""
                Usage: java -jar quarkus-run.jar agent [OPTION...]
                Runs on a node and publishes what the node's kernel holds, as ConfigMap apparmor-inventory-NODE, within two
                seconds of a change. Which node it is, is told by the pod's own service-account token.

                """);
        for (Known option : KNOWN) {
            String left = "  --" + option.name() + (option.value().isEmpty() ? "" : " " + option.value());
            text.append(String.format(Locale.ROOT, "%-27s %s", left, option.text()));
            boolean told = option.fallback().isEmpty() || option.value().isEmpty();
            text.append(told ? "\n" : " (default: " + option.fallback() + ")\n");
        }
        return text.append("""

                Each option is an environment variable too: --token-file is APPARMOR_ADMISSION_AGENT_TOKEN_FILE, a switch is
                true or false. DURATION is a number with ms, s, m or h.

                It needs user or group 0 without any capability, an AppArmor profile that lets it read the list (the container
                runtimes' default does not), and create and patch on ConfigMaps in the namespace.

                Exit codes: 2 bad usage, or nothing to work with; 143 ended by SIGTERM; with --print 0, or 1 where the list
                cannot be told.
                """).toString();
    }

    /** As every pod of a cluster is told. */
    private static Optional<URI> ofCluster(Map<String, String> environment) throws AgentFailure {
        String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
        if (host.isEmpty()) {
            return Optional.empty();
        }
        String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
        return Optional.of(server("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port));
    }

    private static URI server(String text) throws AgentFailure {
        URI server;
        try {
            server = new URI(text);
        } catch (URISyntaxException e) {
            server = URI.create("");
        }
        String scheme = String.valueOf(server.getScheme());
        String host = String.valueOf(server.getHost());
        if (server.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new AgentFailure("--server " + Quoted.of(text) + " is not of the form https://HOST:PORT");
        }
        boolean loopback = host.equals("localhost") || host.equals("[::1]") || host.startsWith("127.");
        if (scheme.equals("http") && !loopback) {
            throw new AgentFailure("--server " + Quoted.of(text)
                    + " would send the token in the clear: plain http is for the loopback alone");
        }
        return server;
    }

    /** The values as they were given. */
    private static final class Values {

        private final Map<String, String> given = new HashMap<>();

        Values(List<String> arguments, Map<String, String> environment) throws AgentFailure {
            for (Known option : KNOWN) {
                String variable =
                        PREFIX + option.name().toUpperCase(Locale.ROOT).replace('-', '_');
                String value = environment.getOrDefault(variable, "");
                if (!value.isEmpty()) {
                    given.put(option.name(), value);
                }
            }
            String nodeName = environment.getOrDefault("NODE_NAME", "");
            if (!nodeName.isEmpty()) {
                given.putIfAbsent("node", nodeName);
            }
            Iterator<String> iterator = arguments.iterator();
            while (iterator.hasNext()) {
                take(iterator.next(), iterator);
            }
        }

        private void take(String argument, Iterator<String> rest) throws AgentFailure {
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            Known option = KNOWN.stream()
                    .filter(known -> name.equals("--" + known.name())
                            || name.equals("-h") && known.name().equals("help"))
                    .findFirst()
                    .orElseThrow(() -> new AgentFailure("unknown option " + Quoted.of(name)));
            if (equals >= 0) {
                given.put(option.name(), argument.substring(equals + 1));
            } else if (option.value().isEmpty()) {
                given.put(option.name(), "true");
            } else if (rest.hasNext()) {
                given.put(option.name(), rest.next());
            } else {
                throw new AgentFailure("--" + option.name() + " needs a " + option.value());
            }
        }

        Optional<String> text(String name) {
            String value = given.getOrDefault(name, fallback(name));
            return value.isEmpty() ? Optional.empty() : Optional.of(value);
        }

        private static String fallback(String name) {
            return KNOWN.stream()
                    .filter(known -> known.name().equals(name))
                    .findFirst()
                    .map(Known::fallback)
                    .orElse("");
        }

        Optional<String> matching(String name, Names form) throws AgentFailure {
            Optional<String> text = text(name);
            if (text.isPresent() && !form.fits(text.get())) {
                throw new AgentFailure("--" + name + " " + Quoted.of(text.get()) + " is not " + form.description());
            }
            return text;
        }

        Path path(String name) throws AgentFailure {
            String text = text(name).orElse("");
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new AgentFailure("--" + name + " " + Quoted.of(text) + " is not a path");
            }
        }

        boolean isOn(String name) throws AgentFailure {
            String text = text(name).orElse("").toLowerCase(Locale.ROOT);
            if (!text.equals("true") && !text.equals("false")) {
                throw new AgentFailure("--" + name + " " + Quoted.of(text) + " is neither true nor false");
            }
            return text.equals("true");
        }

        Duration duration(String name, Duration shortest, Duration longest) throws AgentFailure {
            String text = text(name).orElse("");
            Matcher matcher = DURATION.matcher(text);
            if (!matcher.matches()) {
                throw new AgentFailure(
                        "--" + name + " " + Quoted.of(text) + " is not a number with ms, s, m or h, such as 6h");
            }
            long number = Long.parseLong(matcher.group(1));
            Duration duration = switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                default -> Duration.ofHours(number);
            };
            if (duration.compareTo(shortest) < 0 || duration.compareTo(longest) > 0) {
                throw new AgentFailure("--" + name + " " + Quoted.of(text) + " is not between " + shortest.toMillis()
                        + "ms and " + longest.toHours() + "h");
            }
            return duration;
        }
    }
}
