package dev.apparmoradmission.doctor;

/**
 * Something that an account may do or not, as a SubjectAccessReview asks it.
 *
 * @param verb such as {@code get}
 * @param group the API group; empty for the core
 * @param resource the resource, with its subresource as in {@code pods/status}
 * @param namespace empty for the whole cluster
 * @param name the one object; empty for all
 */
record Right(String verb, String group, String resource, String namespace, String name) implements Comparable<Right> {

    /** As {@code kubectl auth can-i} takes it. */
    String words() {
        return verb + " " + resource + (group.isEmpty() || group.equals("*") ? "" : "." + group)
                + (name.isEmpty() ? "" : "/" + name)
                + (namespace.isEmpty() ? "" : " in namespace " + namespace);
    }

    @Override
    public int compareTo(Right other) {
        return words().compareTo(other.words());
    }
}
