package dev.apparmoradmission.decision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.wire.AdmissionRequest;
import dev.apparmoradmission.wire.AdmissionReviewReader;
import dev.apparmoradmission.wire.NotAnAdmissionReviewException;
import dev.apparmoradmission.workload.Workload;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The rows of table H that are about the patch itself; those about the protocol are tested at the webhook. */
class PatchTest {

    private static final String A = "container.apparmor.security.beta.kubernetes.io/";
    private static final Snapshot FIXED = World.fixed().under(World.strict());

    private static Decision create(JsonNode manifest) {
        return World.create(Manifests.read(manifest).orElseThrow(), FIXED);
    }

    private static JsonNode pod(String spec) {
        return Manifests.yaml("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {" + spec + "}}");
    }

    @Test
    @DisplayName("H03: an empty patch is an empty list")
    void anEmptyPatchIsAnEmptyList() {
        Decision decision =
                create(pod("containers: [{name: c, securityContext: {appArmorProfile: {type: RuntimeDefault}}}]"));

        assertThat(decision.allowed()).isTrue();
        assertThat(decision.patch()).isEmpty();
        assertThat(Manifests.json(decision.patch()).toString()).isEqualTo("[]");
    }

    @Test
    @DisplayName("H04: nothing is removed that is not there")
    void nothingIsRemovedThatIsNotThere() {
        JsonNode none = Manifests.yaml("{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {a: ''}},"
                + " spec: {containers: [{name: c}, {name: d}]}}");
        JsonNode one = Manifests.yaml("{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {" + A + "d: ''}},"
                + " spec: {containers: [{name: c}, {name: d}]}}");

        assertThat(create(none).patch()).noneMatch(PatchOperation.RemoveAnnotation.class::isInstance);
        assertThat(create(one).patch())
                .filteredOn(PatchOperation.RemoveAnnotation.class::isInstance)
                .extracting(PatchOperation::pointer)
                .containsExactly("/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1d");
        assertThat(Manifests.patched(one, create(one).patch()).at("/metadata/annotations"))
                .isEmpty();
    }

    @Test
    @DisplayName("H15: a pod without a name yet is patched and judged")
    void aPodWithoutANameIsJudged() {
        JsonNode named = Manifests.yaml("{apiVersion: v1, kind: Pod, metadata: {generateName: web-},"
                + " spec: {securityContext: {appArmorProfile: {type: Unconfined}}, containers: [{name: c}]}}");
        JsonNode nameless = Manifests.yaml("{apiVersion: v1, kind: Pod, metadata: {},"
                + " spec: {securityContext: {appArmorProfile: {type: Unconfined}}, containers: [{name: c}]}}");

        assertThat(Message.denial(create(nameless)))
                .isEqualTo(Message.denial(create(named)))
                .contains("pod (spec.securityContext)")
                .doesNotContain("web-");
        assertThat(create(Manifests.yaml("{apiVersion: v1, kind: Pod, spec: {containers: [{name: c}]}}"))
                        .patch())
                .hasSize(1);
    }

    @Test
    @DisplayName("H16: a deletion has no object, and reading it is no error")
    void aDeletionHasNoObject() throws NotAnAdmissionReviewException {
        String review =
                "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\","
                        + "\"kind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"},\"operation\":\"DELETE\",\"name\":\"p\","
                        + "\"namespace\":\"shop\",\"object\":null,\"oldObject\":null,\"options\":null}}";
        AdmissionRequest request = new AdmissionReviewReader().read(review.getBytes(StandardCharsets.UTF_8));

        assertThat(request.object()).isEmpty();
        assertThat(request.oldObject()).isEmpty();
        assertThat(request.operation()).isEqualTo("DELETE");
    }

    @Test
    @DisplayName("H17: what was patched is not patched again")
    void whatWasPatchedIsNotPatchedAgain() {
        JsonNode pod = Manifests.yaml("{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {" + A + "c: '', "
                + A + "d: unconfined}}, spec: {containers: [{name: c}, {name: d}, {name: e}]}}");
        Decision first = create(pod);

        assertThat(first.patch()).hasSize(2);
        assertThat(create(Manifests.patched(pod, first.patch())).patch()).isEmpty();
    }

    @Test
    @DisplayName("H18: fields that nobody here knows stay as they are")
    void unknownFieldsStay() {
        JsonNode pod = pod("futureField: {a: [1, {b: c}]}, securityContext: {futureContext: x},"
                + " containers: [{name: c, futureContainer: [true], securityContext: {futureToo: 1.5}}]");
        var patched = Manifests.patched(pod, create(pod).patch());

        assertThat(patched.at("/spec/securityContext/appArmorProfile/type").textValue())
                .isEqualTo("RuntimeDefault");
        ((ObjectNode) patched.at("/spec/securityContext")).remove("appArmorProfile");
        assertThat((JsonNode) patched).isEqualTo(pod);
    }

    @Test
    @DisplayName("H19: a missing security context is made, on the pod and on a new ephemeral container")
    void aMissingSecurityContextIsMade() {
        assertThat(Manifests.json(create(pod("containers: [{name: c}]")).patch())
                        .toString())
                .isEqualTo("[{\"op\":\"add\",\"path\":\"/spec/securityContext\","
                        + "\"value\":{\"appArmorProfile\":{\"type\":\"RuntimeDefault\"}}}]");
        assertThat(Manifests.json(create(pod("securityContext: {}, containers: [{name: c}]"))
                                .patch())
                        .toString())
                .isEqualTo("[{\"op\":\"add\",\"path\":\"/spec/securityContext/appArmorProfile\","
                        + "\"value\":{\"type\":\"RuntimeDefault\"}}]");
        // An explicit null is no parent for the patch either.
        assertThat(create(pod("securityContext: null, containers: [{name: c}]")).patch())
                .extracting(PatchOperation::pointer)
                .containsExactly("/spec/securityContext");

        Workload stored =
                Manifests.read(pod("nodeName: n1, containers: [{name: c}]")).orElseThrow();
        Workload requested = Manifests.read(
                        pod(
                                "nodeName: n1, containers: [{name: c}], ephemeralContainers: [{name: e, securityContext: null}]"))
                .orElseThrow();
        assertThat(Decider.decide(
                                requested,
                                new Operation.AddEphemeralContainers(Requester.ANYONE, stored),
                                FIXED,
                                World.NOW)
                        .patch())
                .extracting(PatchOperation::pointer)
                .containsExactly("/spec/ephemeralContainers/0/securityContext");
    }

    @Test
    @DisplayName("H20: the pointer to an annotation is escaped, tilde first")
    void thePointerToAnAnnotationIsEscaped() {
        JsonNode pod = Manifests.yaml("{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {'" + A
                + "a~1b/c': ''}}, spec: {containers: [{name: 'a~1b/c'}]}}");
        Decision decision = create(pod);

        assertThat(decision.patch())
                .extracting(PatchOperation::pointer)
                .contains("/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1a~01b~1c");
        assertThat(Manifests.patched(pod, decision.patch()).at("/metadata/annotations"))
                .isEmpty();
        assertThat(PatchOperation.escape("~/")).isEqualTo("~0~1");
    }

    @Test
    void theDefaultCanBeANamedProfile() {
        Snapshot named = World.fixed()
                .under(TableRow.policy(
                        Manifests.yaml("{defaultProfile: {type: Localhost, localhostProfile: k8s-web}}")));
        Decision decision = World.create(
                Manifests.read(pod("securityContext: {}, containers: [{name: c}]"))
                        .orElseThrow(),
                named);

        assertThat(Manifests.json(decision.patch()).toString())
                .isEqualTo("[{\"op\":\"add\",\"path\":\"/spec/securityContext/appArmorProfile\","
                        + "\"value\":{\"type\":\"Localhost\",\"localhostProfile\":\"k8s-web\"}}]");
    }

    @Test
    void thePatchOfTheFirstPolicyByNameThatHasADefaultIsWritten() {
        Snapshot both = World.fixed()
                .under(
                        named("b", "{defaultProfile: {type: Localhost, localhostProfile: k8s-web}}"),
                        named("c", "{defaultProfile: {type: RuntimeDefault}}"),
                        named("a", "{defaultProfile: {type: None}}"));
        Decision decision =
                World.create(Manifests.read(pod("containers: [{name: c}]")).orElseThrow(), both);

        assertThat(decision.patch())
                .isEqualTo(List.of(
                        new PatchOperation.AddProfile("/spec/securityContext", true, PodBuilder.localhost("k8s-web"))));
        assertThat(decision.policies()).containsExactly("a", "b", "c");
    }

    private static AppArmorPolicy named(String name, String spec) {
        var policy = TableRow.policy(Manifests.yaml(spec));
        return new AppArmorPolicy(
                name,
                policy.mode(),
                policy.match(),
                policy.defaultProfile(),
                policy.rules(),
                policy.localhost(),
                policy.exceptions(),
                policy.templates());
    }
}
