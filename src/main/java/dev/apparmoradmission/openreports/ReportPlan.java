package dev.apparmoradmission.openreports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * What is to be done about the report on one place, by what stands there. Pure.
 *
 * <p>A report holds at most {@value PlaceResults#MOST} results and {@value ReportDraft#MOST_BYTES} bytes of them, the worst first; what is left out
 * is counted. When a result was seen first it is told by the report before. When it was seen last is written with every change, and
 * once a day where there is none: a report that nothing has happened to is not written.
 */
sealed interface ReportPlan {

    /** The name of all our reports. */
    String NAME = "apparmor-admission";

    /** The label that ours carry, beside which we touch none. */
    String LABEL = "apparmor-admission.dev/report";

    /** Nothing. */
    record Nothing() implements ReportPlan {}

    /** It has nothing to say any more. */
    record Remove(JsonNode found) implements ReportPlan {}

    /** It should be this. */
    record Write(ObjectNode object, boolean isNew) implements ReportPlan {}

    /** Whether an object is a report of ours. */
    static boolean isOurs(JsonNode object) {
        return object.at("/metadata/name").asText().equals(NAME)
                && object.path("metadata").path("labels").path(LABEL).asText().equals("true");
    }

    /**
     * Plans.
     *
     * @param format the kind of report
     * @param place what it is on
     * @param findings what was found in this pass
     * @param found the report that is there, one of ours
     */
    static ReportPlan of(ReportFormat format, Place place, ClusterFindings findings, Optional<JsonNode> found) {
        ReportDraft draft = new ReportDraft(format, place, findings, found);
        if (draft.isEmpty()) {
            return found.<ReportPlan>map(Remove::new).orElseGet(Nothing::new);
        }
        boolean current = found.filter(draft::isAsFound).isPresent();
        return current && !draft.isDue() ? new Nothing() : new Write(draft.object(true), found.isEmpty());
    }
}
