package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code deploy/CONFIGURATION.md} is generated from {@link WebhookSettings} by this test: run it with
 * {@code -Dconfiguration-document.write} to write the file anew.
 */
class ConfigurationDocumentTest {

    private static final Path DOCUMENT = Path.of("deploy", "CONFIGURATION.md");

    @Test
    void the_document_lists_exactly_the_keys_that_there_are() throws Exception {
        String expected = document();
        if (System.getProperty("configuration-document.write") != null) {
            Files.createDirectories(DOCUMENT.getParent());
            Files.writeString(DOCUMENT, expected);
        }
        assertThat(Files.exists(DOCUMENT)).as("%s", DOCUMENT).isTrue();
        assertThat(Files.readString(DOCUMENT))
                .as("%s is out of date: write it anew, as the comment of this test says", DOCUMENT)
                .isEqualTo(expected);
    }

    @Test
    void every_key_says_what_it_is_for() {
        assertThat(keys()).isNotEmpty().allMatch(method -> method.isAnnotationPresent(Described.class));
    }

    @Test
    void no_key_is_called_like_what_kubernetes_puts_into_the_environment_for_a_service() {
        assertThat(keys())
                .extracting(ConfigurationDocumentTest::name)
                .noneMatch(name -> name.matches("(port|service)(-.*)?"));
    }

    private static String document() throws Exception {
        String intro = Files.readString(Path.of("src", "test", "resources", "configuration-intro.md"));
        String outro = Files.readString(Path.of("src", "test", "resources", "configuration-outro.md"));
        return intro
                + "| key `apparmor-admission.…` | type | default | option | what it does |\n|---|---|---|---|---|\n"
                + keys().stream().map(ConfigurationDocumentTest::row).collect(Collectors.joining())
                + outro;
    }

    private static String row(Method key) {
        Described described = key.getAnnotation(Described.class);
        WithDefault fallback = key.getAnnotation(WithDefault.class);
        return "| `" + name(key) + "` | " + type(key.getGenericReturnType()) + " | "
                + (fallback == null ? "absent" : "`" + fallback.value() + "`") + " | "
                + (described.option().isEmpty() ? "" : "`" + described.option() + "`") + " | " + described.value()
                + " |\n";
    }

    private static List<Method> keys() {
        return Arrays.stream(WebhookSettings.class.getDeclaredMethods())
                .filter(method -> !method.isDefault() && !method.isSynthetic())
                .filter(method -> !java.lang.reflect.Modifier.isStatic(method.getModifiers()))
                .sorted(Comparator.comparing(ConfigurationDocumentTest::name))
                .toList();
    }

    private static String name(Method key) {
        WithName given = key.getAnnotation(WithName.class);
        if (given != null) {
            return given.value();
        }
        return key.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static String type(Type type) {
        if (type instanceof ParameterizedType generic) {
            String of = type(generic.getActualTypeArguments()[0]);
            return generic.getRawType() == Optional.class ? of : "list of " + of;
        }
        if (type == Path.class) {
            return "path";
        }
        if (type == Duration.class) {
            return "duration";
        }
        if (type instanceof Class<?> known && known.isEnum()) {
            return Arrays.stream(known.getEnumConstants())
                    .map(value -> value.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining(" or "));
        }
        return type.getTypeName().replaceAll(".*\\.", "").toLowerCase(Locale.ROOT);
    }
}
