package dev.apparmoradmission.report;

import dev.apparmoradmission.decision.Finding;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;

/**
 * What makes a finding the same from one run to the next, wherever its file and line have moved: the object, the container,
 * the rule and the profile. Nodes and messages are no part of it, for they change with the cluster.
 *
 * @param kind the kind of the object
 * @param namespace its namespace
 * @param name its name
 * @param container the container's name; empty for the pod level
 * @param rule the rule's id
 * @param declared the profile as declared
 */
public record Fingerprint(String kind, String namespace, String name, String container, String rule, String declared)
        implements Comparable<Fingerprint> {

    private static final Comparator<Fingerprint> ORDER = Comparator.comparing(Fingerprint::namespace)
            .thenComparing(Fingerprint::kind)
            .thenComparing(Fingerprint::name)
            .thenComparing(Fingerprint::container)
            .thenComparing(Fingerprint::rule)
            .thenComparing(Fingerprint::declared);

    /** That of a finding about a workload. */
    public static Fingerprint of(Judgement judgement, Finding finding) {
        return new Fingerprint(
                judgement.kind(),
                judgement.namespace(),
                judgement.name(),
                finding.container(),
                finding.rule().id(),
                finding.declared());
    }

    /** The same in 32 hexadecimal digits, for tools that want one word. */
    public String digest() {
        String text = String.join("\0", kind, namespace, name, container, rule, declared);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    @Override
    public int compareTo(Fingerprint other) {
        return ORDER.compare(this, other);
    }
}
