package dev.apparmoradmission.doctor;

import java.util.Optional;

/**
 * What a replica says of itself at its management port, through the API server.
 *
 * @param pod its pod
 * @param health the answer of {@code /q/health/ready}
 * @param unread why there is no answer; empty where there is one
 */
record Replica(String pod, Optional<ApiObject> health, String unread) {

    /** A datum of our own readiness check; empty where it does not say. */
    String datum(String name) {
        return health.stream()
                .flatMap(answer -> answer.items("/checks").stream())
                .filter(check -> check.text("/name").equals("admission"))
                .map(check -> check.text("/data/" + name))
                .findFirst()
                .orElse("");
    }
}
