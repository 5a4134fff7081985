package dev.apparmoradmission.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Requirement;
import dev.apparmoradmission.workload.Placement.Toleration;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionReviewReaderTest {

    private static AdmissionRequest read(String json) throws NotAnAdmissionReviewException {
        return new AdmissionReviewReader().read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String review(String request) {
        return "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":" + request + "}";
    }

    private static Workload pod(String spec) throws Exception {
        String object = "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"p\"},\"spec\":" + spec + "}";
        AdmissionRequest request = read(review("{\"uid\":\"u\",\"operation\":\"CREATE\",\"object\":" + object + "}"));
        return request.object().orElseThrow().workload("shop").orElseThrow();
    }

    @Test
    void readsEverythingThatTheDecisionNeeds() throws Exception {
        Workload pod = pod("""
                {"os":{"name":"linux"},"nodeName":"n1","runtimeClassName":"kata","serviceAccountName":"sa","hostNetwork":true,
                 "hostPID":false,"nodeSelector":{"a":"b"},"schedulingGates":[{"name":"g"}],
                 "tolerations":[{"key":"k","operator":"Exists","effect":"NoSchedule"}],
                 "affinity":{"podAffinity":{"x":[1]},"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
                   {"nodeSelectorTerms":[{"matchExpressions":[{"key":"z","operator":"In","values":["1","2"]}],
                     "matchFields":[{"key":"metadata.name","operator":"In","values":["n1"]}]}]}}},
                 "securityContext":{"appArmorProfile":{"type":"Localhost","localhostProfile":"x y"},"runAsNonRoot":true,
                   "seccompProfile":{"type":"RuntimeDefault"}},
                 "containers":[{"name":"c","image":"i","securityContext":{"privileged":true,"capabilities":{"drop":["ALL"],
                   "add":["NET_BIND_SERVICE"]},"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,
                   "appArmorProfile":{"type":"Unconfined"}}}],
                 "initContainers":[{"name":"i"}],"ephemeralContainers":[{"name":"e"}],"volumes":[{"name":"v"}]}
                """);
        assertThat(pod.kind()).isEqualTo(WorkloadKind.POD);
        assertThat(pod.namespace()).isEqualTo("shop");
        assertThat(pod.spec().os()).contains("linux");
        assertThat(pod.spec().runtimeClassName()).contains("kata");
        assertThat(pod.spec().serviceAccountName()).isEqualTo("sa");
        assertThat(pod.spec().host().network()).isTrue();
        assertThat(pod.spec().profile()).isEqualTo(new Profile.Localhost("x y"));
        var placement = pod.spec().placement();
        assertThat(placement.nodeName()).contains("n1");
        assertThat(placement.nodeSelector()).isEqualTo(Map.of("a", "b"));
        assertThat(placement.schedulingGates()).containsExactly("g");
        assertThat(placement.tolerations()).containsExactly(new Toleration("k", "Exists", "", "NoSchedule"));
        assertThat(placement.requiredTerms())
                .contains(List.of(new NodeSelectorTerm(
                        List.of(new Requirement("z", "In", List.of("1", "2"))),
                        List.of(new Requirement("metadata.name", "In", List.of("n1"))))));
        assertThat(pod.spec().containers())
                .extracting(Container::kind)
                .containsExactly(ContainerKind.INIT, ContainerKind.REGULAR, ContainerKind.EPHEMERAL);
        Container container = pod.spec().containers().get(1);
        assertThat(container.privileged()).isTrue();
        assertThat(container.field()).isEqualTo(Profile.Unconfined.SHARED);
        assertThat(container.hardening().dropsAllCapabilities()).isTrue();
        assertThat(container.hardening().addsCapabilities()).isFalse();
        assertThat(container.hardening().allowPrivilegeEscalation()).contains(false);
        assertThat(container.hardening().readOnlyRootFilesystem()).isTrue();
        assertThat(pod.spec().hardening().seccompType()).contains("RuntimeDefault");
        assertThat(pod.spec().hardening().runAsNonRoot()).isEqualTo(Optional.of(true));
    }

    @Test
    void readsFieldsInWhateverOrderTheyCome() throws Exception {
        AdmissionRequest request = read("""
                {"request":{"oldObject":null,"object":{"spec":{"template":{"spec":{"containers":[{"name":"c"}]},
                "metadata":{"annotations":{"a":"b"}}}},"metadata":{"namespace":"ns","generateName":"web-"},
                "apiVersion":"apps/v1","kind":"Deployment"},"userInfo":{"groups":["g"],"username":"u"},
                "resource":{"group":"apps","resource":"deployments","version":"v1"},"uid":"1","operation":"CREATE",
                "dryRun":true,"kind":{"kind":"Deployment","group":"apps"}},
                "kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}
                """);
        assertThat(request.username()).isEqualTo("u");
        assertThat(request.groups()).containsExactly("g");
        assertThat(request.resource()).isEqualTo("deployments");
        assertThat(request.dryRun()).isTrue();
        assertThat(request.oldObject()).isEmpty();
        Workload workload = request.object().orElseThrow().workload("other").orElseThrow();
        assertThat(workload.kind()).isEqualTo(WorkloadKind.DEPLOYMENT);
        assertThat(workload.namespace()).isEqualTo("ns");
        assertThat(workload.name()).isEqualTo("web-");
        assertThat(workload.annotations()).containsEntry("a", "b");
        assertThat(workload.path(workload.spec().containers().get(0))).isEqualTo("spec.template.spec.containers[0]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    CronJob               | batch/v1 | {"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"c"}]}}}}}} | spec.jobTemplate.spec.template.spec.containers[0]
                    PodTemplate           | v1       | {"template":{"spec":{"containers":[{"name":"c"}]}}}                                  | template.spec.containers[0]
                    ReplicationController | v1       | {"spec":{"template":{"spec":{"containers":[{"name":"c"}]}}}}                         | spec.template.spec.containers[0]
                    """)
    void findsTheTemplateOfEachKind(String kind, String apiVersion, String rest, String path) throws Exception {
        String object = "{\"kind\":\"" + kind + "\",\"apiVersion\":\"" + apiVersion + "\"," + rest.substring(1);
        Workload workload = read(review("{\"uid\":\"u\",\"object\":" + object + "}"))
                .object()
                .orElseThrow()
                .workload("ns")
                .orElseThrow();
        assertThat(workload.path(workload.spec().containers().get(0))).isEqualTo(path);
    }

    @Test
    void aReplicationControllerWithoutTemplateIsNoWorkload() throws Exception {
        String object = "{\"kind\":\"ReplicationController\",\"apiVersion\":\"v1\",\"spec\":{\"replicas\":1}}";
        assertThat(read(review("{\"uid\":\"u\",\"object\":" + object + "}"))
                        .object()
                        .orElseThrow()
                        .workload("ns"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"containers":{"name":"c"}}                                             | spec.containers is not a list
                    {"containers":["c"]}                                                    | spec.containers[0] is not an object
                    {"containers":[{"name":7}]}                                             | spec.containers[0].name is not a string
                    {"containers":[{"name":"c","securityContext":{"privileged":"yes"}}]}    | spec.containers[0].securityContext.privileged is not true or false
                    {"securityContext":[]}                                                  | spec.securityContext is not an object
                    {"nodeSelector":{"a":[]}}                                               | spec.nodeSelector is not a string
                    """)
    void namesThePlaceOfWhatCannotBeRead(String spec, String message) {
        assertThatThrownBy(() -> pod(spec))
                .isInstanceOf(UnreadableWorkloadException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"\"}",
                "{}",
                "{\"type\":\"runtimedefault\"}",
                "{\"type\":\"runtime/default\"}",
                "{\"type\":\"Localhost\"}",
                "{\"type\":\"Localhost\",\"localhostProfile\":\"\"}",
                "{\"type\":\"Localhost\",\"localhostProfile\":\"x \"}",
                "{\"type\":\"Localhost\",\"localhostProfile\":\"x\u00a0\"}",
                "{\"type\":\"RuntimeDefault\",\"localhostProfile\":\"\"}",
                "{\"type\":\"Unconfined\",\"localhostProfile\":\"x\"}",
                "{\"type\":7}",
                "[]",
                "\"RuntimeDefault\""
            })
    void whatTheApiServerRefusesIsInvalidNotAbsent(String profile) throws Exception {
        assertThat(pod("{\"securityContext\":{\"appArmorProfile\":" + profile + "}}")
                        .spec()
                        .profile())
                .isInstanceOf(Profile.Invalid.class);
    }

    @Test
    void refusesAPodWithMoreContainersThanAnyNodeRuns() throws Exception {
        String one = "{\"name\":\"c\"}";
        assertThat(pod("{\"containers\":[" + (one + ",").repeat(499) + one + "]}")
                        .spec()
                        .containers())
                .hasSize(500);
        assertThatThrownBy(() -> pod("{\"containers\":[" + (one + ",").repeat(500) + one + "]}"))
                .isInstanceOf(UnreadableWorkloadException.class)
                .hasMessageContaining("spec.containers holds more than 500 containers");
    }

    @Test
    void nullsAreAbsent() throws Exception {
        Workload pod = pod("""
                {"securityContext":null,"nodeSelector":null,"affinity":null,"tolerations":null,"os":null,
                 "containers":[{"name":"c","securityContext":{"appArmorProfile":null,"privileged":null,"capabilities":null}}]}
                """);
        assertThat(pod.spec().hasSecurityContext()).isFalse();
        assertThat(pod.spec().profile()).isEqualTo(Profile.Undeclared.SHARED);
        assertThat(pod.spec().containers().get(0).hasSecurityContext()).isTrue();
        assertThat(pod.spec().containers().get(0).field()).isEqualTo(Profile.Undeclared.SHARED);
    }

    @Test
    void aKeyThatComesTwiceKeepsItsLastValue() throws Exception {
        Workload pod = pod("{\"containers\":[{\"name\":\"a\"}],\"containers\":[{\"name\":\"b\"}]}");
        assertThat(pod.spec().containers()).extracting(Container::name).containsExactly("b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                                                                                            | the body is empty
                    not json                                                                                      | the body is not valid JSON
                    []                                                                                            | the body is not a JSON object
                    {"kind":"AdmissionReview"                                                                     | the body is not valid JSON
                    {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1","request":{"uid":"u"}}      | apiVersion is not admission.k8s.io/v1
                    {"kind":"Pod","apiVersion":"admission.k8s.io/v1","request":{"uid":"u"}}                       | kind is not AdmissionReview
                    {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}                                 | the review has no request
                    {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":null}                  | the review has no request
                    {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{}}                    | request.uid is missing
                    {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":7}}             | request.uid is not a string
                    {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u"}} {}        | something follows the JSON object in the body
                    """)
    void refusesWhatIsNoReview(String body, String message) {
        assertThatThrownBy(() -> read(body))
                .isInstanceOf(NotAnAdmissionReviewException.class)
                .hasMessage(message);
    }

    @Test
    void refusesEndlessNesting() {
        String deep = "[".repeat(10_000) + "]".repeat(10_000);
        assertThatThrownBy(() -> read(review("{\"uid\":\"u\",\"object\":{\"x\":" + deep + "}}")))
                .isInstanceOf(NotAnAdmissionReviewException.class);
    }

    @Test
    void readsANullObjectOfADeletion() throws Exception {
        AdmissionRequest request = read(review("{\"uid\":\"u\",\"operation\":\"DELETE\",\"object\":null}"));
        assertThat(request.object()).isEmpty();
        assertThat(request.operation()).isEqualTo("DELETE");
    }

    @Test
    void aForeignObjectIsPassedOverWhateverItsForm() throws Exception {
        String object =
                "{\"kind\":\"Widget\",\"apiVersion\":\"example.com/v1\",\"spec\":{\"containers\":7,\"template\":[1]}}";
        AdmissionRequest request = read(review("{\"uid\":\"u\",\"object\":" + object + "}"));
        assertThat(request.object().orElseThrow().workload("ns")).isEmpty();
    }
}
