package dev.apparmoradmission.openreports;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The kinds that reports can be written as. Both have the same results; only what is around them differs. */
public enum ReportFormat {
    /** {@code Report} and {@code ClusterReport} of {@code openreports.io/v1alpha1}. */
    OPENREPORTS(
            "openreports.io",
            "v1alpha1",
            "Report",
            "ClusterReport",
            "https://github.com/openreports/reports-api (config/crd)"),
    /** {@code PolicyReport} and {@code ClusterPolicyReport} of {@code wgpolicyk8s.io/v1alpha2}, which came before. */
    POLICYREPORT(
            "wgpolicyk8s.io",
            "v1alpha2",
            "PolicyReport",
            "ClusterPolicyReport",
            "https://github.com/kubernetes-sigs/wg-policy-prototypes (policy-report/crd/v1alpha2)");

    private final String group;
    private final String version;
    private final String kind;
    private final String clusterKind;
    private final String source;

    ReportFormat(String group, String version, String kind, String clusterKind, String source) {
        this.group = group;
        this.version = version;
        this.kind = kind;
        this.clusterKind = clusterKind;
        this.source = source;
    }

    /** Group and version, as objects give them. */
    public String apiVersion() {
        return group + "/" + version;
    }

    /** Where its definitions are to be had. */
    String source() {
        return source;
    }

    /** The kind of a report, on a namespace or on the whole cluster. */
    String kind(Place place) {
        return place.isCluster() ? clusterKind : kind;
    }

    /** Its kinds in the plural of the API, as messages name them. */
    String plurals() {
        return plural(kind) + " and " + plural(clusterKind) + " of " + apiVersion();
    }

    /** The path of the reports on a namespace, or of those on the whole cluster. */
    String path(Place place) {
        return "/apis/" + apiVersion() + "/"
                + (place.isCluster()
                        ? plural(clusterKind)
                        : "namespaces/" + URLEncoder.encode(place.namespace(), StandardCharsets.UTF_8) + "/"
                                + plural(kind));
    }

    /** The path of the reports on all namespaces. */
    String everywhere() {
        return "/apis/" + apiVersion() + "/" + plural(kind);
    }

    private static String plural(String kind) {
        return kind.toLowerCase(Locale.ROOT) + "s";
    }

    /** Whether a report says as a whole who made it; each result does in any case. */
    boolean namesSource() {
        return this == OPENREPORTS;
    }
}
