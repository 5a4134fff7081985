package dev.apparmoradmission.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.net.URI;
import java.util.Optional;

/** The cluster that kubectl would talk to: of {@code KUBECONFIG}, {@code ~/.kube/config}, or the one that we run in. */
public final class KubectlCluster {

    private static final int REQUEST_TIMEOUT = 60_000;
    private static final int CONNECT_TIMEOUT = 10_000;
    /** The server cannot be reached: this once is enough to know, unlike for a watch. */
    private static final int RETRIES = 1;

    private KubectlCluster() {}

    /**
     * Opens a client for one look. Nothing is asked yet.
     *
     * @param context the context of the kubeconfig; absent for its current one
     * @param instead what to do where there is no cluster, beside setting KUBECONFIG
     * @throws UnreadableInputException with one line, where no cluster is configured, or not this one
     */
    public static KubernetesClient open(Optional<String> context, String instead) throws UnreadableInputException {
        Config config;
        try {
            config = Config.autoConfigure(context.orElse(null));
        } catch (RuntimeException broken) {
            throw new UnreadableInputException("cluster", "the kubeconfig cannot be read: " + reason(broken));
        }
        if (context.isPresent()
                && (config.getCurrentContext() == null
                        || !context.get().equals(config.getCurrentContext().getName()))) {
            throw new UnreadableInputException("cluster", "the kubeconfig has no context " + context.get());
        }
        boolean nowhere = "kubernetes.default.svc"
                        .equals(URI.create(config.getMasterUrl()).getHost())
                && System.getenv("KUBERNETES_SERVICE_HOST") == null;
        if (nowhere) {
            throw new UnreadableInputException("cluster", "none is configured: set KUBECONFIG, or " + instead);
        }
        config.setRequestTimeout(REQUEST_TIMEOUT);
        config.setConnectionTimeout(CONNECT_TIMEOUT);
        config.setRequestRetryBackoffLimit(RETRIES);
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /** The innermost cause says what happened; those around it say where in the client. */
    public static String reason(Throwable problem) {
        Throwable innermost = problem;
        for (int depth = 0; depth < 10 && innermost.getCause() != null; depth++) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage();
        return message == null || message.isBlank()
                ? innermost.getClass().getSimpleName()
                : message.strip().lines().findFirst().orElse("");
    }
}
