package dev.apparmoradmission.wire.edit;

import com.fasterxml.jackson.core.JsonPointer;
import dev.apparmoradmission.wire.SourceNode;
import dev.apparmoradmission.wire.SourceNode.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Removes fields. A comment behind one stays, on a line of its own. */
final class Removal {

    private final SourceNode root;
    private final Lines lines;
    private final String text;
    private final List<Splice> splices = new ArrayList<>();

    Removal(SourceNode root, Lines lines) {
        this.root = root;
        this.lines = lines;
        this.text = lines.text();
    }

    /** What is removed by the removals among some edits; where nothing is left in an object, that object. */
    Set<JsonPointer> removed(List<Edit> edits) {
        return IntendedTree.removed(edits, root.value(), this::isBare);
    }

    /** An object in braces is removed as a whole, and a comment in it would be lost. */
    private boolean isBare(JsonPointer object) {
        return node(object)
                .filter(node -> node.flow() && lines.hasComment(node.start(), node.end()))
                .isEmpty();
    }

    /** The splices that remove this. */
    List<Splice> splices(Set<JsonPointer> removed) throws UneditableException {
        Map<JsonPointer, List<JsonPointer>> byObject = new LinkedHashMap<>();
        for (JsonPointer at : removed) {
            byObject.computeIfAbsent(at.head(), object -> new ArrayList<>()).add(at);
        }
        for (Map.Entry<JsonPointer, List<JsonPointer>> entry : byObject.entrySet()) {
            // What goes as a whole takes with it what it holds.
            if (!isWithin(entry.getKey(), removed)) {
                SourceNode object = node(entry.getKey())
                        .orElseThrow(() -> new UneditableException(entry.getKey() + " is not there"));
                remove(object, entry.getValue());
            }
        }
        return splices;
    }

    private static boolean isWithin(JsonPointer at, Set<JsonPointer> removed) {
        for (JsonPointer around = at; around != null; around = around.head()) {
            if (removed.contains(around)) {
                return true;
            }
        }
        return false;
    }

    private Optional<SourceNode> node(JsonPointer at) {
        return root.at(at);
    }

    private void remove(SourceNode object, List<JsonPointer> removed) throws UneditableException {
        List<String> names =
                removed.stream().map(at -> at.last().getMatchingProperty()).toList();
        if (object.fields().stream().anyMatch(field -> field.borrowed() && names.contains(field.name()))) {
            throw new UneditableException("a merge key brings it in from elsewhere");
        }
        List<Field> own = object.ownFields();
        if (object.flow()) {
            removeFromBraces(object, own, names);
            return;
        }
        for (int i = 0; i < own.size(); i++) {
            if (names.contains(own.get(i).name())) {
                removeLines(own.get(i), i + 1 < own.size() ? Optional.of(own.get(i + 1)) : Optional.empty());
            }
        }
    }

    // ---- fields on lines of their own

    private void removeLines(Field field, Optional<Field> next) throws UneditableException {
        if (lines.indentation(field.start()).isEmpty()) {
            removeBeginning(field, next);
            return;
        }
        SourceNode value = field.value();
        boolean onLinesBelow = value.value().isObject() && !value.flow() && value.start() > field.nameEnd();
        if (onLinesBelow) {
            // Comments in between are nobody's but the author's.
            removeLine(field.start(), field.nameEnd());
            for (int i = 0; i < value.ownFields().size(); i++) {
                removeLines(value.ownFields().get(i), Optional.empty());
            }
        } else {
            removeLine(field.start(), field.end());
        }
    }

    /** All lines from one place to another, but for a comment behind. */
    private void removeLine(int from, int to) {
        int end = lines.end(to);
        if (lines.hasComment(to, end)) {
            splices.add(new Splice(from, text.indexOf('#', to), "", 0));
            return;
        }
        int start = lines.start(from);
        int next = lines.next(to);
        if (next == text.length() && end == next && start > 0) {
            // The last line has no line break: then the one before it shall have none.
            start = lines.end(start - 1);
        }
        splices.add(new Splice(start, next, "", 0));
    }

    /** Of the first field behind the dash of a list: the next one comes in its place. */
    private void removeBeginning(Field field, Optional<Field> next) throws UneditableException {
        String before = text.substring(lines.start(field.start()), field.start());
        if (next.isEmpty()
                || !before.endsWith("- ")
                || lines.hasComment(field.start(), next.get().start())) {
            throw new UneditableException("it stands where it cannot be removed without a change of what is around it");
        }
        splices.add(new Splice(field.start(), next.get().start(), "", 0));
    }

    // ---- fields in braces

    private void removeFromBraces(SourceNode object, List<Field> own, List<String> names) {
        int first = 0;
        while (first < own.size()) {
            int behind = first;
            while (behind < own.size() && names.contains(own.get(behind).name())) {
                behind++;
            }
            if (behind > first) {
                removeRun(object, own, first, behind);
            }
            first = Math.max(behind, first + 1);
        }
    }

    /** Removes fields next to each other, and the comma of each. */
    private void removeRun(SourceNode object, List<Field> own, int first, int behind) {
        int open = text.indexOf('{', object.start()) + 1;
        int before = first == 0 ? open : own.get(first - 1).end();
        int start = own.get(first).start();
        int end = own.get(behind - 1).end();
        int next = behind < own.size() ? own.get(behind).start() : object.end() - 1;
        if (lines.hasComment(before, start) || hasComment(own.subList(first, behind)) || lines.hasComment(end, next)) {
            for (Field field : own.subList(first, behind)) {
                splices.add(new Splice(field.start(), endOfEntry(field, object), "", 0));
            }
        } else if (behind < own.size()) {
            splices.add(new Splice(start, next, "", 0));
        } else {
            splices.add(first == 0 ? new Splice(open, next, "", 0) : new Splice(before, end, "", 0));
        }
    }

    private boolean hasComment(List<Field> run) {
        for (int i = 1; i < run.size(); i++) {
            if (lines.hasComment(run.get(i - 1).end(), run.get(i).start())) {
                return true;
            }
        }
        return false;
    }

    /** Behind the comma of a field, where it stands on the same line; YAML takes one before the brace. */
    private int endOfEntry(Field field, SourceNode object) {
        int comma = text.indexOf(',', field.end());
        boolean near = comma >= 0
                && comma < Math.min(object.end(), lines.end(field.end()))
                && lines.isBlank(field.end(), comma);
        return near ? comma + 1 : field.end();
    }
}
