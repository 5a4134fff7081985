package dev.apparmoradmission.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/**
 * The YAML 1.1 merge key {@code <<}, which kubectl resolves: the fields of the mappings it names are added, and a field that
 * is written out wins. Read as a field of that name, it would hide what the pod really gets.
 */
final class MergeKeys {

    private static final String TAG = "tag:yaml.org,2002:merge";

    private final YamlEvents events;

    MergeKeys(YamlEvents events) {
        this.events = events;
    }

    /** Also with the tag that yq and kustomize write before it, {@code !!merge <<}: then quotes make no difference to kubectl. */
    static boolean isMerge(ScalarEvent key) {
        return key.getValue().equals("<<") && key.getTag().map(TAG::equals).orElseGet(key::isPlain);
    }

    /**
     * Called after the key {@code <<} was read: puts back what is left of the mapping, then the merged fields that nobody wrote
     * out.
     *
     * @param written names of the fields before the merge key
     */
    void resolve(Set<String> written) throws MalformedDocumentException {
        List<Event> value = events.node(events.next());
        List<Event> rest = events.restOfMapping();
        Set<String> taken = written;
        for (int at = 0; at < rest.size() - 1; ) {
            int end = nodeEnd(rest, at);
            name(rest.get(at)).ifPresent(taken::add);
            at = nodeEnd(rest, end);
        }
        Event mappingEnd = rest.remove(rest.size() - 1);
        add(value, taken, rest, 0);
        rest.add(mappingEnd);
        events.putBack(rest);
    }

    private void add(List<Event> source, Set<String> taken, List<Event> into, int depth)
            throws MalformedDocumentException {
        Event first = source.get(0);
        switch (first.getEventId()) {
            case MappingStart -> addMapping(source, taken, into, depth);
            case SequenceStart -> {
                for (int at = 1; at < source.size() - 1; ) {
                    int end = nodeEnd(source, at);
                    if (source.get(at).getEventId() != Event.ID.MappingStart) {
                        throw events.problem(source.get(at), "<< takes a mapping, or a list of mappings");
                    }
                    addMapping(source.subList(at, end), taken, into, depth);
                    at = end;
                }
            }
            default -> throw events.problem(first, "<< takes a mapping, or a list of mappings");
        }
    }

    private void addMapping(List<Event> mapping, Set<String> taken, List<Event> into, int depth)
            throws MalformedDocumentException {
        if (depth > 10) {
            throw events.problem(mapping.get(0), "merge keys within merge keys, more than 10 deep");
        }
        List<List<Event>> inner = new ArrayList<>();
        for (int at = 1; at < mapping.size() - 1; ) {
            int valueAt = nodeEnd(mapping, at);
            int end = nodeEnd(mapping, valueAt);
            if (mapping.get(at) instanceof ScalarEvent key && isMerge(key)) {
                inner.add(mapping.subList(valueAt, end));
            } else if (name(mapping.get(at)).map(taken::add).orElse(true)) {
                into.addAll(mapping.subList(at, end));
            }
            at = end;
        }
        for (List<Event> source : inner) {
            add(source, taken, into, depth + 1);
        }
    }

    /** Empty for a key that is no field name; the parser refuses it when it comes to it. */
    private static Optional<String> name(Event key) {
        return key instanceof ScalarEvent scalar
                ? YamlScalars.value(scalar).flatMap(YamlScalars::name)
                : Optional.empty();
    }

    private static int nodeEnd(List<Event> list, int start) {
        int at = start;
        int depth = 0;
        do {
            depth = YamlEvents.depthAfter(depth, list.get(at++));
        } while (depth > 0);
        return at;
    }
}
