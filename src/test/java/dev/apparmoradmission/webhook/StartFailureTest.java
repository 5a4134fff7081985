package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartFailureTest {

    @Test
    void an_unknown_key_is_named_with_the_place_where_all_keys_are() {
        assertThat(StartFailure.lines(failure("apparmor-admission.dry-rn", "true")))
                .singleElement()
                .asString()
                .contains("apparmor-admission.dry-rn is not a key", "deploy/CONFIGURATION.md");
    }

    @ParameterizedTest
    @CsvSource({
        "apparmor-admission.dry-run, treu",
        "apparmor-admission.dry-run, 1",
        "apparmor-admission.watch-interval, soon",
        "apparmor-admission.tls.mode, self-manged",
        "apparmor-admission.warm-up-reviews, many"
    })
    void a_bad_value_is_named_with_its_key(String key, String value) {
        assertThat(StartFailure.lines(failure(key, value)))
                .singleElement()
                .asString()
                .contains(key, '"' + value + '"', "deploy/CONFIGURATION.md");
    }

    @ParameterizedTest
    @CsvSource({
        "apparmor-admission.watch-interval, 1MS",
        "apparmor-admission.policies-config-map, Not_a_name",
        "apparmor-admission.tracing.endpoint, collector:4318",
        "apparmor-admission.tracing.endpoint, http://user:secret@collector:4318",
        "apparmor-admission.tracing.ratio, 1.5",
        "apparmor-admission.watch-interval, 2H",
        "apparmor-admission.warm-up-reviews, -1",
        "apparmor-admission.inventory-namespace, A_B",
        "apparmor-admission.transient-taints, *"
    })
    void a_value_out_of_bounds_is_named_with_its_key(String key, String value) {
        Throwable failure = catchThrowable(() -> SettingsCheck.check(settings(key, value)));

        assertThat(StartFailure.lines(new RuntimeException("start failed", failure)))
                .singleElement()
                .asString()
                .contains(key, "must", "deploy/CONFIGURATION.md");
    }

    @ParameterizedTest
    @CsvSource({
        "tls.validity, 9S, tls.validity",
        "tls.validity, 4000D, tls.validity",
        "tls.ca-validity, 179D, tls.ca-validity",
        "tls.ca-validity, 8000D, tls.ca-validity",
        "tls.overlap, 0S, tls.overlap",
        "tls.overlap, 92D, tls.overlap",
        "tls.secret, A_B, tls.secret",
        "tls.service-name, a.b, tls.service-name",
        "tls.namespace, A, tls.namespace",
        "inventory, inventory.yaml, tls.mode",
        "ca-out, ca.pem, ca-out"
    })
    void what_self_managed_certificates_cannot_do_with_is_named_with_its_key(String key, String value, String named) {
        Map<String, String> all =
                Map.of("apparmor-admission.tls.mode", "self-managed", "apparmor-admission." + key, value);
        Throwable failure = catchThrowable(() -> SettingsCheck.check(settings(all)));

        assertThat(StartFailure.lines(new RuntimeException("start failed", failure)))
                .singleElement()
                .asString()
                .contains("apparmor-admission." + named, "deploy/CONFIGURATION.md");
    }

    @Test
    void self_managed_certificates_need_no_other_setting() {
        SettingsCheck.check(settings("apparmor-admission.tls.mode", "self-managed"));
    }

    @Test
    void a_defect_of_ours_has_no_line_for_the_operator() {
        assertThat(StartFailure.lines(new IllegalStateException("defect"))).isEmpty();
    }

    @Test
    void a_line_stays_one_line() {
        assertThat(StartFailure.oneLine("a\nb\u0085\tc")).isEqualTo("a b c");
    }

    private static Throwable failure(String key, String value) {
        return new RuntimeException("start failed", catchThrowable(() -> settings(key, value)));
    }

    private static WebhookSettings settings(String key, String value) {
        return settings(Map.of(key, value));
    }

    private static WebhookSettings settings(Map<String, String> given) {
        return new SmallRyeConfigBuilder()
                .withMapping(WebhookSettings.class)
                .withValidateUnknown(true)
                .withDefaultValues(Map.of())
                .withSources(new io.smallrye.config.PropertiesConfigSource(given, "test", 100))
                .withConverter(java.time.Duration.class, 200, new io.quarkus.runtime.configuration.DurationConverter())
                .withConverter(java.nio.file.Path.class, 200, new io.quarkus.runtime.configuration.PathConverter())
                .build()
                .getConfigMapping(WebhookSettings.class);
    }
}
