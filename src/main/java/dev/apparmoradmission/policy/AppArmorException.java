package dev.apparmoradmission.policy;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A grant, reviewed in Git (contract §3): what it permits, to whom, why and until when.
 *
 * @param name its name
 * @param namespaces where it holds; at least one
 * @param podSelector pods for which it holds
 * @param serviceAccounts names of service accounts; empty for any
 * @param containers names of containers; at least one. {@code *} also covers the pod level
 * @param images image references; empty for any
 * @param permits the rules that it sets aside
 * @param claimRequired whether the pod must name the grant in an annotation
 * @param documentation why, who, and until when
 * @param controls what the container must show itself
 */
public record AppArmorException(
        String name,
        List<Glob> namespaces,
        LabelSelector podSelector,
        Set<String> serviceAccounts,
        List<Glob> containers,
        List<Glob> images,
        Set<Rule> permits,
        boolean claimRequired,
        Documentation documentation,
        Set<Control> controls) {

    /** Copies the collections. */
    public AppArmorException {
        namespaces = List.copyOf(namespaces);
        serviceAccounts = Set.copyOf(serviceAccounts);
        containers = List.copyOf(containers);
        images = List.copyOf(images);
        permits = Set.copyOf(permits);
        controls = Set.copyOf(controls);
    }

    /**
     * What documents an exception, be it a grant or an annotation; parts that are not given are empty.
     *
     * @param reason why
     * @param owner who answers for it
     * @param ticket where it was discussed
     * @param expires until when, as written
     */
    public record Documentation(
            Optional<String> reason, Optional<String> owner, Optional<String> ticket, Optional<String> expires) {
        /** Nothing. */
        public static final Documentation NONE =
                new Documentation(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        /** When it ends; absent where it says no end, or one that cannot be read, for which it is refused. */
        public Optional<Expiry> end() {
            return expires.flatMap(Expiry::parse);
        }
    }
}
