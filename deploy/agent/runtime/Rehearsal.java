import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A stage on which agent and webhook play their parts once, so that the classes they load are known: a securityfs of three
 * files, a token that proves nothing, and an API server that says yes to every PATCH, has one Node, one Namespace and one list
 * of profiles to show, and sees nothing happen to them.
 *
 * <p>Usage: {@code java Rehearsal.java DIRECTORY KEYSTORE PASSWORD}. Makes the files below DIRECTORY, writes one line for each
 * accepted ConfigMap to {@code DIRECTORY/accepted} and its body to {@code DIRECTORY/last}, the port to {@code DIRECTORY/port}, and runs until it is killed.
 */
final class Rehearsal {

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        files(directory);
        char[] password = arguments[2].toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (FileInputStream stream = new FileInputStream(arguments[1])) {
            store.load(stream, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        Path accepted = Files.createFile(directory.resolve("accepted"));
        // A watch lasts: it must not keep others waiting.
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestMethod().equals("GET")) {
                show(exchange);
                return;
            }
            byte[] answer = "{\"kind\":\"PartialObjectMetadata\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
            Files.write(directory.resolve("last"), body);
            Files.writeString(
                    accepted,
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath() + " " + body.length + "\n",
                    StandardOpenOption.APPEND);
        });
        server.start();
        Path port = directory.resolve("port.new");
        Files.writeString(port, server.getAddress().getPort() + "\n");
        Files.move(port, directory.resolve("port"));
    }

    /** A list, or a watch of it in which nothing happens. */
    private static void show(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String list = list(path.substring(path.lastIndexOf('/') + 1));
        boolean watch = String.valueOf(exchange.getRequestURI().getQuery()).contains("watch=true");
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        if (list.isEmpty()) {
            exchange.sendResponseHeaders(404, -1);
        } else if (watch && exchange.getRequestHeaders().containsKey("Upgrade")) {
            // No WebSocket: the client then takes what every proxy lets through.
            exchange.sendResponseHeaders(200, -1);
        } else if (watch) {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().flush();
            LockSupport.park();
        } else {
            byte[] answer = list.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        }
        exchange.close();
    }

    private static String list(String resource) {
        return switch (resource) {
            case "nodes" -> list(
                    "Node",
                    "'metadata':{'name':'n1','uid':'11111111-2222-3333-4444-555555555555','labels':{'kubernetes.io/os':'linux'}},"
                            + "'status':{'nodeInfo':{'containerRuntimeVersion':'containerd://2.2.0'}}");
            case "namespaces" -> list("Namespace", "'metadata':{'name':'shop','labels':{'team':'shop'}}");
            case "configmaps" -> list(
                    "ConfigMap",
                    "'metadata':{'name':'apparmor-inventory-n1','namespace':'rehearsal','labels':{'apparmor-admission.dev/inventory':'true'}},"
                            + "'data':{'n1':'# apparmor: enabled\\nk8s-web (enforce)\\n'}");
            default -> "";
        };
    }

    private static String list(String kind, String item) {
        return ("{'kind':'" + kind + "List','apiVersion':'v1','metadata':{'resourceVersion':'1'},'items':[{'apiVersion':'v1','kind':'"
                        + kind + "'," + item + "}]}")
                .replace('\'', '"');
    }

    private static void files(Path directory) throws Exception {
        Path apparmor = Files.createDirectories(directory.resolve("securityfs/apparmor"));
        StringBuilder profiles = new StringBuilder();
        for (int i = 0; i < 150; i++) {
            profiles.append("/usr/bin/program-").append(i).append(i % 10 == 0 ? " (complain)\n" : " (enforce)\n");
        }
        Files.writeString(apparmor.resolve("profiles"), profiles);
        Files.writeString(apparmor.resolve("revision"), "1\n");
        Path parameters = Files.createDirectories(directory.resolve("parameters"));
        Files.writeString(parameters.resolve("enabled"), "Y\n");
        Files.writeString(
                directory.resolve("token"),
                part("{\"alg\":\"none\"}")
                        + "."
                        + part("{\"kubernetes.io\":{\"node\":{\"name\":\"n1\",\"uid\":\"11111111-2222-3333-4444-555555555555\"}}}")
                        + "." + part("no signature"));
    }

    private static String part(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
