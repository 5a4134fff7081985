package dev.apparmoradmission.e2e.node;

import dev.apparmoradmission.e2e.kernel.AppArmorKernel;
import dev.apparmoradmission.e2e.kernel.Remote;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The profiles of a kernel: loaded, replaced and removed with the real tools, and read back. */
final class KernelProfiles {
    private static final String LIST = "/sys/kernel/security/apparmor/profiles";
    private static final String INTERFACE = "/sys/kernel/security/apparmor/";

    private final AppArmorKernel kernel;

    KernelProfiles(AppArmorKernel kernel) {
        this.kernel = kernel;
    }

    /** A profile that allows everything; what matters here is its name and its mode. */
    static String text(String name, String mode, String... inner) {
        String flags = mode.equals("enforce") ? "" : " flags=(" + mode + ")";
        return "abi <abi/3.0>,\nprofile \"" + name + "\"" + flags + " {\n  file,\n  signal,\n  ptrace,\n"
                + String.join("\n", inner) + "\n}\n";
    }

    /** Loads or replaces what these texts say, each in a run of the parser; returns when the last has ended. */
    Remote load(String... texts) {
        StringBuilder script = new StringBuilder("set -e\n");
        for (String text : texts) {
            script.append("apparmor_parser --replace --skip-cache <<'PROFILE'\n")
                    .append(text)
                    .append("PROFILE\n");
        }
        return kernel.run(script.toString());
    }

    /** Removes profiles by name, as {@code apparmor_parser --remove} does at its end. */
    Remote remove(String... names) {
        StringBuilder script = new StringBuilder("set -e\n");
        for (String name : names) {
            script.append("printf '%s' '")
                    .append(name)
                    .append("' >")
                    .append(INTERFACE)
                    .append(".remove\n");
        }
        return kernel.run(script.toString());
    }

    /** Removes those of them that are loaded. */
    void clear(String... names) {
        for (String name : names) {
            kernel.run("printf '%s' '" + name + "' >" + INTERFACE + ".remove 2>/dev/null || true");
        }
    }

    /** The kernel's list as it prints it. */
    List<String> list() {
        return kernel.run("cat " + LIST).output().lines().toList();
    }

    /** The kernel's list without its learning artefacts: what an agent is to publish. */
    Set<String> publishable() {
        Set<String> lines = new TreeSet<>(list());
        lines.removeIf(line -> line.contains("//null-"));
        return lines;
    }
}
