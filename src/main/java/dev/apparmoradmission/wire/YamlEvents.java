package dev.apparmoradmission.wire;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * The events of a YAML text with every alias replaced by what it stands for. What an anchor names is kept as events, never
 * as a tree, and bringing it back is paid from a budget: an alias bomb ends when the budget does.
 */
final class YamlEvents {

    private final ParserImpl parser;
    private final String text;
    private final DocumentLimits limits;
    private final int linesBefore;
    private final int charsBefore;
    private final Offsets offsets;

    /** Events that stand inside an anchored node, in the order read; an anchor names a range of them. */
    private final List<Event> recorded = new ArrayList<>();

    private final Map<Anchor, Range> anchors = new HashMap<>();
    private final Deque<OpenAnchor> open = new ArrayDeque<>();
    private final Deque<Replay> replays = new ArrayDeque<>();
    private int level;
    private int replayed;
    private boolean broken;
    private Optional<Mark> lastMark = Optional.empty();
    private int aliasEnd;

    YamlEvents(Part part, DocumentLimits limits) {
        this.text = part.text();
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(Integer.MAX_VALUE)
                .setBufferSize(Math.max(64, Math.min(text.length() + 1, 8192)))
                .build();
        this.parser = new ParserImpl(settings, new StreamReader(settings, text));
        this.limits = limits;
        this.linesBefore = part.linesBefore();
        this.charsBefore = part.charsBefore();
        this.offsets = new Offsets(part);
    }

    /** Goes to the start of the next document; false at the end of the text. */
    boolean nextDocument() throws MalformedDocumentException {
        recorded.clear();
        anchors.clear();
        open.clear();
        replays.clear();
        level = 0;
        replayed = 0;
        aliasEnd = 0;
        while (!broken) {
            Event event = parsed();
            switch (event.getEventId()) {
                case DocumentStart -> {
                    return true;
                }
                case StreamEnd -> {
                    return false;
                }
                default -> {
                    // What is left of a document that nobody wanted to the end.
                }
            }
        }
        return false;
    }

    /** The next event of the document: the start or end of a collection, a scalar, or the document's end. */
    Event next() throws MalformedDocumentException {
        while (true) {
            boolean fresh = replays.isEmpty();
            boolean accounted = false;
            Event event;
            if (fresh) {
                event = parsed();
            } else {
                Replay replay = replays.element();
                event = replay.next();
                accounted = replay.accounted;
                if (replay.isDone()) {
                    replays.remove();
                }
            }
            if (event instanceof AliasEvent alias) {
                startReplay(alias);
                continue;
            }
            if (!accounted) {
                account(event, fresh);
            }
            return event;
        }
    }

    /** The rest of the node that began with {@code first}, itself included. */
    List<Event> node(Event first) throws MalformedDocumentException {
        List<Event> events = new ArrayList<>();
        events.add(first);
        int depth = depthAfter(0, first);
        while (depth > 0) {
            Event event = next();
            spend(event, 1);
            events.add(event);
            depth = depthAfter(depth, event);
        }
        return events;
    }

    /** What is left of the mapping in which the last event stood, its end included. */
    List<Event> restOfMapping() throws MalformedDocumentException {
        List<Event> events = new ArrayList<>();
        int depth = 1;
        while (depth > 0) {
            Event event = next();
            spend(event, 1);
            events.add(event);
            depth = depthAfter(depth, event);
        }
        return events;
    }

    /** Puts events in front of those to come. They have been seen before: nothing is recorded again. */
    void putBack(List<Event> events) throws MalformedDocumentException {
        spend(events.get(0), events.size());
        replays.push(new Replay(events, 0, events.size(), true));
    }

    /** An error at an event. Whoever reports it has given the document up; nothing more is said about it. */
    MalformedDocumentException problem(Event at, String problem) {
        broken = true;
        return new MalformedDocumentException(place(at), problem);
    }

    Place place(Event event) {
        return event.getStartMark().map(this::place).orElse(Place.START);
    }

    /** Where an event begins in the file, in characters. */
    int start(Event event) {
        return event.getStartMark().map(this::offset).orElse(0);
    }

    /** Where an event ends in the file, in characters: a scalar of whole lines, at the end of its last line. */
    int end(Event event) {
        int end = event.getEndMark().map(this::offset).orElse(0);
        return isOfLines(event) ? endOfLines(start(event) - charsBefore, end - charsBefore) + charsBefore : end;
    }

    /** Whether it is a scalar of whole lines, as behind {@code |} and {@code >}. */
    static boolean isOfLines(Event event) {
        return event instanceof ScalarEvent scalar && (scalar.isLiteral() || scalar.isFolded());
    }

    /**
     * The parser sees the end of such a scalar at the beginning of the line behind it. Blank lines at its end are a part of it
     * only where its first line says so by a plus.
     */
    private int endOfLines(int start, int lineBehind) {
        int end = lineBehind;
        String indicators = text.substring(start, Math.min(start + 3, end));
        boolean kept = indicators.contains("+");
        while (end > start && "\r\n".indexOf(text.charAt(end - 1)) >= 0) {
            end -= end > 1 && text.charAt(end - 1) == '\n' && text.charAt(end - 2) == '\r' ? 2 : 1;
            if (kept) {
                return end;
            }
            int line = Math.max(text.lastIndexOf('\n', end - 1), text.lastIndexOf('\r', end - 1)) + 1;
            if (text.substring(line, end).isBlank()) {
                end = line;
            } else {
                return end;
            }
        }
        return end;
    }

    /** Where the alias that was read last ends in the file, in characters; 0 where there was none. */
    int aliasEnd() {
        return aliasEnd;
    }

    private int offset(Mark mark) {
        return offsets.ofCodePoint(mark.getIndex());
    }

    static int depthAfter(int depth, Event event) {
        return switch (event.getEventId()) {
            case MappingStart, SequenceStart -> depth + 1;
            case MappingEnd, SequenceEnd -> depth - 1;
            default -> depth;
        };
    }

    private Event parsed() throws MalformedDocumentException {
        // Behind a syntax error nothing is certain, not even where the next document starts.
        broken = true;
        try {
            Event event = parser.next();
            broken = false;
            lastMark = event.getEndMark();
            return event;
        } catch (MarkedYamlEngineException e) {
            String context = Optional.ofNullable(e.getContext())
                    .map(doing -> " (" + doing + began(e.getContextMark()) + ")")
                    .orElse("");
            Place place =
                    e.getProblemMark().or(e::getContextMark).map(this::place).orElse(Place.START);
            throw new MalformedDocumentException(place, e.getProblem() + context);
        } catch (ReaderException e) {
            throw new MalformedDocumentException(
                    placeOfCodePoint(e.getPosition()),
                    String.format("control character U+%04X; YAML allows none", e.getCodePoint()));
        } catch (YamlEngineException | NumberFormatException | IndexOutOfBoundsException e) {
            // Bad escapes reach us so: the scanner lets the exceptions of the JDK through for a text that ends inside
            // of one.
            throw new MalformedDocumentException(
                    lastMark.map(this::place).orElse(new Place(linesBefore + 1, 1)),
                    "an escape or character that YAML does not know, in what follows");
        }
    }

    private String began(Optional<Mark> mark) {
        return mark.map(at -> " that begins at line " + place(at).line()).orElse("");
    }

    private void startReplay(AliasEvent alias) throws MalformedDocumentException {
        Range range = anchors.get(alias.getAlias());
        if (range == null) {
            boolean inside = open.stream().anyMatch(o -> o.anchor.equals(alias.getAlias()));
            throw problem(
                    alias,
                    inside
                            ? "alias *" + alias.getAlias() + " stands inside what it names"
                            : "alias *" + alias.getAlias() + " names no anchor above it");
        }
        aliasEnd = end(alias);
        spend(alias, range.end - range.start);
        replays.push(new Replay(recorded, range.start, range.end, false));
    }

    private void spend(Event at, int events) throws MalformedDocumentException {
        replayed += events;
        if (replayed > limits.maxReplays()) {
            throw problem(
                    at,
                    "aliases and merge keys bring in more than " + limits.maxReplays()
                            + " values; write them out, or split the file");
        }
    }

    /** Keeps what stands inside anchors. A replayed event is kept as well, for it may stand inside an outer anchor. */
    private void account(Event event, boolean fresh) {
        if (fresh && event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            // Named anew: what it named before is out of reach, also from inside itself.
            Anchor anchor = node.getAnchor().get();
            anchors.remove(anchor);
            open.push(new OpenAnchor(anchor, level, recorded.size()));
        }
        if (!open.isEmpty()) {
            recorded.add(event);
        }
        level = depthAfter(level, event);
        while (!open.isEmpty() && open.element().level == level) {
            OpenAnchor closed = open.remove();
            anchors.put(closed.anchor, new Range(closed.start, recorded.size()));
        }
    }

    private Place place(Mark mark) {
        return new Place(linesBefore + mark.getLine() + 1, mark.getColumn() + 1);
    }

    private Place placeOfCodePoint(int position) {
        int line = linesBefore + 1;
        int column = 1;
        int end = Math.min(position, text.codePointCount(0, text.length()));
        for (int i = 0, at = 0; i < end; i++) {
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            column = c == '\n' ? 1 : column + 1;
            line += c == '\n' ? 1 : 0;
        }
        return new Place(line, column);
    }

    private record Range(int start, int end) {}

    private record OpenAnchor(Anchor anchor, int level, int start) {}

    private static final class Replay {
        private final List<Event> events;
        private final int end;
        private final boolean accounted;
        private int at;

        Replay(List<Event> events, int start, int end, boolean accounted) {
            this.events = events;
            this.at = start;
            this.end = end;
            this.accounted = accounted;
        }

        Event next() {
            return events.get(at++);
        }

        boolean isDone() {
            return at == end;
        }
    }
}
