package dev.apparmoradmission.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All policies and grants in force, with the hash of their content.
 *
 * @param policies the policies, by name
 * @param grants the grants, by name
 * @param hash identifies the content, whatever the files, their order, comments and format
 */
public record PolicySet(List<AppArmorPolicy> policies, Map<String, AppArmorException> grants, String hash) {

    /** Sorts and copies. */
    public PolicySet {
        policies = policies.stream()
                .sorted(Comparator.comparing(AppArmorPolicy::name))
                .toList();
        grants = Map.copyOf(grants);
    }

    /** A set of these. */
    public static PolicySet of(List<AppArmorPolicy> policies, List<AppArmorException> grants, String hash) {
        return new PolicySet(
                policies,
                grants.stream().collect(Collectors.toMap(AppArmorException::name, Function.identity())),
                hash);
    }

    /** The policies that hold for pods of a namespace, by name. */
    public List<AppArmorPolicy> matching(String namespace, Namespaces namespaces) {
        List<AppArmorPolicy> matching = new ArrayList<>(policies.size());
        for (AppArmorPolicy policy : policies) {
            if (policy.match().includes(namespace, namespaces)) {
                matching.add(policy);
            }
        }
        return matching;
    }
}
