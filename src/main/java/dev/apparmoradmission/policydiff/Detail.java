package dev.apparmoradmission.policydiff;

import dev.apparmoradmission.decision.Confinement;
import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Quoted;
import java.util.List;
import java.util.Optional;

/** One thing about a workload that is as it is only before, or only after, the change. */
sealed interface Detail {

    /** The container's name; empty for the pod level. */
    String container();

    /** What makes it the same in all pods of one owner, which differ in nodes and paths. */
    List<String> key();

    /** It in one line, without the container. */
    String line();

    /** The way out, one line; may be empty. */
    String fix();

    /**
     * Something that a rule found.
     *
     * @param finding the finding
     */
    record Found(Finding finding) implements Detail {
        @Override
        public String container() {
            return finding.container();
        }

        @Override
        public List<String> key() {
            return List.of("found", finding.container(), finding.rule().id(), finding.declared());
        }

        @Override
        public String line() {
            return finding.message() + " [" + finding.rule().id() + ", policy " + Quoted.bare(finding.policy()) + "]";
        }

        @Override
        public String fix() {
            return finding.fix();
        }
    }

    /**
     * A warning that no rule stands behind.
     *
     * @param line the warning
     */
    record Noted(String line) implements Detail {
        @Override
        public String container() {
            return "";
        }

        @Override
        public List<String> key() {
            return List.of("noted", line);
        }

        @Override
        public String fix() {
            return "";
        }
    }

    /**
     * What the kernel does to a container.
     *
     * @param before before the change; absent where the workload was denied
     * @param after after it, with the nodes that it comes from
     */
    record Confined(Optional<Confinement> before, ContainerVerdict after) implements Detail {
        @Override
        public String container() {
            return after.name();
        }

        @Override
        public List<String> key() {
            return List.of("confined", after.name(), words(before), words(Optional.of(after.confinement())));
        }

        @Override
        public String line() {
            return words(before) + " -> " + words(Optional.of(after.confinement()));
        }

        @Override
        public String fix() {
            return "";
        }

        private static String words(Optional<Confinement> confinement) {
            if (confinement.isEmpty()) {
                return "denied";
            }
            String level = confinement.get().level().reportName();
            return level
                    + confinement
                            .get()
                            .cause()
                            .map(Cause::reportName)
                            .map(cause -> " (" + cause + ")")
                            .orElse("");
        }
    }

    /**
     * What a new pod would be given.
     *
     * @param container the container; empty where it is the pod as a whole
     * @param before what it was given
     * @param after what it would be given
     */
    record Given(String container, String before, String after) implements Detail {
        @Override
        public List<String> key() {
            return List.of("given", container, before, after);
        }

        @Override
        public String line() {
            return before + " -> " + after;
        }

        @Override
        public String fix() {
            return "";
        }
    }
}
