package dev.apparmoradmission.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rights that we tell people to give to whoever runs the command are those that it uses. */
class DoctorRightsTest {

    private static final Path DIRECTORY = Path.of("deploy/doctor");

    @Test
    void the_role_grants_what_is_read_and_no_more() {
        Set<String> granted = granted("rbac-doctor.yaml");
        Set<String> used = new TreeSet<>();
        Stream.of(Source.values())
                .filter(source -> !source.isPublic() && !source.isRbac() && source != Source.SECRET)
                .map(source -> new Right(
                                source.verb(),
                                source.group(),
                                source.resource(),
                                source.isNamespaced() ? "apparmor-admission" : "",
                                source == Source.POLICIES ? "apparmor-admission-policies" : "")
                        .words())
                .forEach(used::add);
        // The inventory, what replicas say, whether the namespace is there, and what the webhook's account may do.
        used.addAll(Set.of(
                "list nodes",
                "list configmaps in namespace apparmor-admission",
                "get pods/proxy in namespace apparmor-admission",
                "get namespaces/apparmor-admission",
                "create subjectaccessreviews.authorization.k8s.io"));

        assertThat(granted).isEqualTo(used);
    }

    @Test
    void what_takes_more_power_stands_by_itself() {
        assertThat(granted("rbac-doctor-more.yaml"))
                .containsExactlyInAnyOrder(
                        "get secrets/apparmor-admission-tls in namespace apparmor-admission",
                        "create pods in namespace default");
    }

    private static Set<String> granted(String file) {
        Set<String> granted = new TreeSet<>();
        for (JsonNode object : SoundInstallation.documents(DIRECTORY.resolve(file))) {
            if (object.path("kind").asText().endsWith("Role")) {
                object.path("rules")
                        .forEach(rule -> Shipped.rights(
                                        ApiObject.of(rule),
                                        object.at("/metadata/namespace").asText())
                                .forEach(right -> granted.add(right.words())));
            }
        }
        return granted;
    }
}
