package dev.apparmoradmission.wire;

import java.util.Arrays;
import java.util.List;

/**
 * Texts that stand in nearly every review. They are told by their characters, so that a reader need not make a string of them
 * each time: some twenty a pod.
 */
final class ApiWords {

    private static final List<String> WORDS = List.of(
            "admission.k8s.io/v1",
            "AdmissionReview",
            "v1",
            "apps/v1",
            "batch/v1",
            "apps",
            "batch",
            "Pod",
            "Deployment",
            "ReplicaSet",
            "StatefulSet",
            "DaemonSet",
            "Job",
            "CronJob",
            "pods",
            "deployments",
            "replicasets",
            "jobs",
            "CREATE",
            "UPDATE",
            "default",
            "linux",
            "true",
            "RuntimeDefault",
            "Localhost",
            "Unconfined",
            "ALL",
            "NET_BIND_SERVICE",
            "Exists",
            "Equal",
            "In",
            "NoExecute",
            "NoSchedule",
            "kubernetes.io/os",
            "node.kubernetes.io/not-ready",
            "node.kubernetes.io/unreachable",
            "system:authenticated",
            "system:serviceaccounts",
            "system:nodes");

    /** A power of two, so sparse that few words share a place; those that do follow each other. */
    private static final int PLACES = 256;

    private final String[] table = new String[PLACES];

    ApiWords() {
        Arrays.fill(table, "");
        for (String word : WORDS) {
            int place = place(word.charAt(0), word.charAt(word.length() - 1), word.length());
            while (!table[place].isEmpty()) {
                place = next(place);
            }
            table[place] = word;
        }
    }

    /** These characters as a string: the one that is known, else a new one. */
    String of(char[] characters, int offset, int length) {
        if (length > 0) {
            int place = place(characters[offset], characters[offset + length - 1], length);
            for (String word = table[place]; !word.isEmpty(); word = table[place]) {
                if (isThat(word, characters, offset, length)) {
                    return word;
                }
                place = next(place);
            }
        }
        return new String(characters, offset, length);
    }

    private static boolean isThat(String word, char[] characters, int offset, int length) {
        if (word.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (word.charAt(i) != characters[offset + i]) {
                return false;
            }
        }
        return true;
    }

    private static int place(char first, char last, int length) {
        return first * 31 + last * 7 + length & PLACES - 1;
    }

    private static int next(int place) {
        return place + 1 & PLACES - 1;
    }
}
