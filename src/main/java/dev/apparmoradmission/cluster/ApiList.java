package dev.apparmoradmission.cluster;

import dev.apparmoradmission.wire.InventoryConfigMap;
import dev.apparmoradmission.workload.WorkloadKind;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * A list of the API that a cluster is judged by.
 *
 * @param what how messages call it
 * @param path its path
 * @param query what is asked for beside the page; begins with an ampersand, or is empty
 * @param pageSize objects of one page
 */
public record ApiList(String what, String path, String query, int pageSize) {

    /** A node takes 10 to 30 KiB, a namespace little. */
    private static final int MANY = 500;
    /** A pod takes some 10 KiB. */
    private static final int WORKLOADS = 250;
    /** An inventory ConfigMap may take 1 MiB. */
    private static final int CONFIG_MAPS = 50;

    private static final String NOT_ENDED = "&fieldSelector=status.phase!%3DSucceeded,status.phase!%3DFailed";

    /** The Nodes. */
    public static ApiList nodes() {
        return new ApiList("nodes", "/api/v1/nodes", "", MANY);
    }

    /** The Namespaces. */
    public static ApiList namespaces() {
        return new ApiList("namespaces", "/api/v1/namespaces", "", MANY);
    }

    /** The ConfigMaps of a namespace that hold inventories. */
    public static ApiList inventory(String namespace) {
        return new ApiList(
                "configmaps in namespace " + namespace,
                "/api/v1/namespaces/" + encoded(namespace) + "/configmaps",
                "&labelSelector=" + encoded(InventoryConfigMap.LABEL + "=true"),
                CONFIG_MAPS);
    }

    /** Pods that have not ended, or the templates of a kind; of one namespace or of all. */
    public static ApiList workloads(WorkloadKind kind, Optional<String> namespace) {
        String root = kind.group().isEmpty() ? "/api/v1/" : "/apis/" + kind.group() + "/v1/";
        return new ApiList(
                plural(kind) + namespace.map(name -> " in namespace " + name).orElse(""),
                root
                        + namespace
                                .map(name -> "namespaces/" + encoded(name) + "/")
                                .orElse("")
                        + plural(kind),
                kind == WorkloadKind.POD ? NOT_ENDED : "",
                WORKLOADS);
    }

    /** The kind in the paths of the API. */
    public static String plural(WorkloadKind kind) {
        return kind.kindName().toLowerCase(Locale.ROOT) + "s";
    }

    /** The path of the page that begins at this token; the empty one is the first. */
    String page(String next) {
        return path + "?limit=" + pageSize + query + (next.isEmpty() ? "" : "&continue=" + encoded(next));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
