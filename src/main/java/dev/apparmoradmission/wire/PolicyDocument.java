package dev.apparmoradmission.wire;

import java.util.Optional;

/**
 * A document of which a policy or a grant was read, and where it stands.
 *
 * @param kind what it is
 * @param name its name
 * @param file the file that it stands in
 * @param tree what it says, and where
 */
public record PolicyDocument(PolicySchemas.Kind kind, String name, String file, Located tree) {

    /** Where a field such as {@code spec.match.namespaces[0]} stands; where it is not there, the last part on the way to it that is. */
    public Place place(String field) {
        Located at = tree;
        for (String step : field.replace("[", ".").replace("]", "").split("\\.", -1)) {
            Optional<Located> next = at.value().isArray() ? at.item(Integer.parseInt(step)) : at.field(step);
            if (next.isEmpty()) {
                break;
            }
            at = next.get();
        }
        return at.keyPlace();
    }
}
