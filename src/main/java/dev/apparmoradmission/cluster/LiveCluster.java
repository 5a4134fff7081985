package dev.apparmoradmission.cluster;

import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.KeptFields;
import dev.apparmoradmission.wire.ListExtract;
import dev.apparmoradmission.workload.WorkloadKind;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The cluster that kubectl would talk to, as it is now. */
public final class LiveCluster implements ObservedCluster {

    /** As in deploy/base/webhooks.yaml. */
    private static final String CONFIGURATION = "apparmor-admission";

    private final KubernetesClient client;
    private final String inventoryNamespace;

    /** Who takes the pages of a list that is copied. */
    public interface Copier {
        /** The list begins; what was taken of it before does not count. */
        void begin() throws IOException;

        /** Takes a page. */
        void page(ListExtract page) throws IOException;
    }

    private LiveCluster(KubernetesClient client, String inventoryNamespace) {
        this.client = client;
        this.inventoryNamespace = inventoryNamespace;
    }

    /**
     * Opens a client for one look. Nothing is asked yet.
     *
     * @param context the context of the kubeconfig; absent for its current one
     * @param inventoryNamespace where the inventory ConfigMaps are
     * @param instead what to do where there is no cluster, beside setting KUBECONFIG
     * @throws UnreadableInputException with one line, where no cluster is configured, or not this one
     */
    public static LiveCluster open(Optional<String> context, String inventoryNamespace, String instead)
            throws UnreadableInputException {
        return new LiveCluster(KubectlCluster.open(context, instead), inventoryNamespace);
    }

    /** Where its inventory ConfigMaps are. */
    public String inventoryNamespace() {
        return inventoryNamespace;
    }

    /** The client, for those that write what they found. */
    public KubernetesClient client() {
        return client;
    }

    @Override
    public String server() {
        return String.valueOf(client.getMasterUrl());
    }

    @Override
    public Optional<Instant> takenAt() {
        return Optional.empty();
    }

    @Override
    public Optional<Instant> admissionSince() {
        return admissionSince(client);
    }

    /**
     * Since when the API server that a client talks to asks our webhook about new pods: since there is its configuration. Absent
     * where there is none, or it cannot be read; nobody needs the right to read it.
     */
    public static Optional<Instant> admissionSince(KubernetesClient client) {
        try {
            return Optional.ofNullable(client.admissionRegistration()
                            .v1()
                            .validatingWebhookConfigurations()
                            .withName(CONFIGURATION)
                            .get())
                    .flatMap(found -> Optional.ofNullable(found.getMetadata().getCreationTimestamp()))
                    .map(Instant::parse);
        } catch (KubernetesClientException | DateTimeParseException unknown) {
            return Optional.empty();
        }
    }

    @Override
    public ClusterFiles.View view(InventoryReader reader, Consumer<String> unread) throws UnreadableInputException {
        ClusterFiles.View view = ListedCluster.read(client, inventoryNamespace, reader, any -> {});
        Namespaces namespaces = Namespaces.UNKNOWN;
        try {
            namespaces = ListedCluster.namespaces(client);
        } catch (UnreadableInputException e) {
            // A policy that selects namespaces by labels then holds everywhere, as in the webhook: fail closed.
            unread.accept(e.line() + "; policies with a namespaceSelector are taken to hold everywhere");
        }
        return new ClusterFiles.View(view.nodes(), view.inventory(), namespaces, view.problems());
    }

    @Override
    public void workloads(List<String> namespaces, List<WorkloadKind> kinds, ListedWorkloads.Reader reader)
            throws IOException {
        new ListedWorkloads(client).read(namespaces, kinds, reader);
    }

    /**
     * Copies one of its lists, page by page: of each object only what a decision looks at.
     *
     * @param list which list
     * @param kept what is kept of each object
     * @param copier takes the pages
     * @return absent where all was read; else a line that says why not
     * @throws IOException where the copier throws it
     */
    public Optional<String> copy(ApiList list, KeptFields kept, Copier copier) throws IOException {
        return new ApiPages(client).read(list, new ApiPages.Taker<ListExtract>() {
            @Override
            public void begin() throws IOException {
                copier.begin();
            }

            @Override
            public ListExtract parsed(byte[] body) throws IOException {
                return ListExtract.of(body, kept);
            }

            @Override
            public String next(ListExtract page) {
                return page.nextPage();
            }

            @Override
            public void take(ListExtract page) throws IOException {
                copier.page(page);
            }
        });
    }

    @Override
    public void close() {
        client.close();
    }
}
