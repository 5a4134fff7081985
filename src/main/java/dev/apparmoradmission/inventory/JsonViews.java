package dev.apparmoradmission.inventory;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.report.JsonReport;
import dev.apparmoradmission.wire.ProfileChange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The same for programs: all nodes, each by itself, and nothing left out or shortened. */
final class JsonViews {

    private final JsonGenerator json;

    JsonViews(OutputStream out) throws IOException {
        this.json = JsonReport.generator(out);
    }

    void write(Fleet fleet) throws IOException {
        json.writeStartObject();
        json.writeStringField("now", fleet.now().toString());
        json.writeArrayFieldStart("nodes");
        for (NodeView node : fleet.nodes()) {
            json.writeStartObject();
            head(node);
            text("pool", Optional.of(node.pool()));
            text("runtime", Optional.of(Pools.runtime(node.runtime())).filter(runtime -> !runtime.equals("-")));
            text("kernel", node.notes().kernel());
            text(
                    "bootId",
                    node.inventory().flatMap(inventory -> inventory.observedOn().bootId()));
            modes(node);
            differences(node);
            changes(node);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("unknownNames");
        for (String name : fleet.strangers()) {
            json.writeString(name);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("summary");
        json.writeNumberField("nodes", fleet.nodes().size());
        Map<Standing, Integer> counts = new EnumMap<>(Standing.class);
        fleet.nodes().forEach(node -> counts.merge(node.standing(), 1, Integer::sum));
        for (Standing standing : Standing.values()) {
            json.writeNumberField(standing.word(), counts.getOrDefault(standing, 0));
        }
        json.writeNumberField("differing", fleet.differing().size());
        end();
    }

    void write(Whereabouts where, Fleet fleet) throws IOException {
        json.writeStartObject();
        json.writeStringField("now", fleet.now().toString());
        json.writeStringField("profile", where.profile());
        text("didYouMean", where.meant());
        json.writeArrayFieldStart("nodes");
        for (NodeView node : where.nodes()) {
            json.writeStartObject();
            head(node);
            json.writeStringField("presence", where.presence(node).name().toLowerCase(Locale.ROOT));
            text("mode", where.mode(node).map(ProfileMode::kernelName));
            text("content", where.content(node));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("summary");
        json.writeNumberField("nodes", where.nodes().size());
        for (Whereabouts.Presence presence : Whereabouts.Presence.values()) {
            json.writeNumberField(
                    presence.name().toLowerCase(Locale.ROOT),
                    where.with(presence).size());
        }
        end();
    }

    /** What every node has in both. */
    private void head(NodeView node) throws IOException {
        json.writeStringField("name", node.name());
        json.writeStringField("apparmor", node.standing().word());
        text("problem", node.notes().problem());
        text("observedAt", node.observedAt().map(Object::toString));
        if (node.age().isPresent()) {
            json.writeNumberField("ageSeconds", node.age().get().toSeconds());
        }
    }

    private void modes(NodeView node) throws IOException {
        if (node.reported().isEmpty()) {
            return;
        }
        Map<ProfileMode, Integer> modes = new EnumMap<>(ProfileMode.class);
        node.inventory()
                .map(NodeInventory::profiles)
                .ifPresent(list -> list.modes().values().forEach(mode -> modes.merge(mode, 1, Integer::sum)));
        json.writeNumberField(
                "profiles", modes.values().stream().mapToInt(Integer::intValue).sum());
        json.writeObjectFieldStart("modes");
        for (Map.Entry<ProfileMode, Integer> entry : modes.entrySet()) {
            json.writeNumberField(entry.getKey().kernelName(), entry.getValue());
        }
        json.writeEndObject();
    }

    private void differences(NodeView node) throws IOException {
        json.writeArrayFieldStart("differences");
        for (Difference difference : node.differences()) {
            json.writeStartObject();
            json.writeStringField("kind", difference.kind().word());
            text("profile", Optional.of(difference.profile()).filter(name -> !name.isEmpty()));
            text("expected", Optional.of(difference.expected()).filter(value -> !value.isEmpty()));
            text("found", Optional.of(difference.found()).filter(value -> !value.isEmpty()));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void changes(NodeView node) throws IOException {
        json.writeArrayFieldStart("changes");
        for (ProfileChange change : node.notes().changes()) {
            json.writeStartObject();
            json.writeStringField("at", change.at().toString());
            json.writeStringField("profile", change.profile());
            json.writeStringField("before", change.before());
            json.writeStringField("after", change.after());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void text(String field, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(field, value.get());
        }
    }

    private void end() throws IOException {
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }
}
