package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParameterException;

class WebhookCommandTest {

    @Test
    void no_option_leaves_everything_to_the_configuration() {
        assertThat(WebhookCommand.settings(List.of())).isEmpty();
    }

    @Test
    void every_option_is_another_spelling_of_a_key() {
        assertThat(WebhookCommand.settings(List.of(
                        "--policy",
                        "a",
                        "--policy",
                        "b,c",
                        "--inventory=i",
                        "--nodes=n",
                        "--namespaces=s",
                        "--inventory-namespace=x",
                        "--dry-run",
                        "--ca-out=ca.pem",
                        "--tls-host=h",
                        "--tls-host=::1",
                        "--port=1",
                        "--management-port=0")))
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("apparmor-admission.policies[0]", "a"),
                        Map.entry("apparmor-admission.policies[1]", "b,c"),
                        Map.entry("apparmor-admission.inventory[0]", "i"),
                        Map.entry("apparmor-admission.nodes[0]", "n"),
                        Map.entry("apparmor-admission.namespaces[0]", "s"),
                        Map.entry("apparmor-admission.inventory-namespace", "x"),
                        Map.entry("apparmor-admission.dry-run", "true"),
                        Map.entry("apparmor-admission.ca-out", "ca.pem"),
                        Map.entry("apparmor-admission.tls-hosts[0]", "h"),
                        Map.entry("apparmor-admission.tls-hosts[1]", "::1"),
                        Map.entry("quarkus.http.ssl-port", "1"),
                        Map.entry("quarkus.management.port", "0")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--polcy", "--port=x", "--port=-1", "--port=65536", "--dry-run=maybe", "--policy", "stray"})
    void bad_usage_is_told_by_the_option(String argument) {
        assertThatThrownBy(() -> WebhookCommand.settings(List.of(argument)))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(argument.replaceAll("=.*", ""));
    }
}
