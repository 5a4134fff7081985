package dev.apparmoradmission.e2e.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The agent's own AppArmor profile, as it is shipped. */
final class AgentProfile {
    static final String NAME = "apparmor-admission-agent";

    private AgentProfile() {}

    static String text(Path e2e) throws IOException {
        return Files.readString(e2e.resolveSibling("deploy").resolve("agent").resolve(NAME));
    }
}
