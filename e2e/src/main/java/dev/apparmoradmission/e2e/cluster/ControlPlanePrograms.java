package dev.apparmoradmission.e2e.cluster;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The programs of a small control plane.
 *
 * @param origin where they come from, for the report
 * @param controllerManager absent in the usual envtest archives
 * @param scheduler likewise
 */
record ControlPlanePrograms(
        String origin, Path etcd, Path apiServer, Optional<Path> controllerManager, Optional<Path> scheduler) {
    /** The API server and its store only. */
    ControlPlanePrograms alone() {
        return new ControlPlanePrograms(origin, etcd, apiServer, Optional.empty(), Optional.empty());
    }
}
