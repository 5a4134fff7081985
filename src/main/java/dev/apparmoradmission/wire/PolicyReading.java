package dev.apparmoradmission.wire;

import dev.apparmoradmission.policy.PolicySet;
import java.util.List;

/** What came of reading policy files: all of them, or nothing. */
public sealed interface PolicyReading {

    /**
     * All files are good.
     *
     * @param set what they say together
     * @param documents where each policy and grant of it stands
     */
    record Accepted(PolicySet set, List<PolicyDocument> documents) implements PolicyReading {
        /** Copies the list. */
        public Accepted {
            documents = List.copyOf(documents);
        }
    }

    /**
     * At least one file is not good, so none is used: half a set could enforce what nobody wanted.
     *
     * @param problems what is wrong, by file and place; at least one
     */
    record Refused(List<PolicyProblem> problems) implements PolicyReading {
        /** Copies the list. */
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
