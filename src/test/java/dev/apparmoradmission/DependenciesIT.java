package dev.apparmoradmission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.Quarkus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What the image is made of, by the bill of materials that goes into it. */
class DependenciesIT {

    private static final Pattern PURL = Pattern.compile("pkg:maven/([^/]+)/([^@]+)@([^?]+).*");
    private static final Pattern ARGUED = Pattern.compile("(?m)^\\| `([^:`]+:[^:`]+)` \\| `([^`]+)` \\| (.{10,}) \\|$");

    /** The versions that the platform chooses, by {@code group:artifact}. */
    private static Map<String, String> platform() throws Exception {
        Path jar = Path.of(Quarkus.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        // …/io/quarkus/quarkus-core/VERSION/quarkus-core-VERSION.jar, and VERSION is the platform's.
        String version = jar.getParent().getFileName().toString();
        Path pom = jar.getParent()
                .getParent()
                .getParent()
                .resolve("platform/quarkus-bom/" + version + "/quarkus-bom-" + version + ".pom");
        NodeList dependencies = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(pom.toFile())
                .getElementsByTagName("dependency");
        Map<String, String> versions = new HashMap<>();
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            if (dependency.getElementsByTagName("version").getLength() > 0) {
                versions.put(
                        text(dependency, "groupId") + ":" + text(dependency, "artifactId"),
                        text(dependency, "version"));
            }
        }
        return versions;
    }

    private static String text(Element parent, String name) {
        return parent.getElementsByTagName(name).item(0).getTextContent().strip();
    }

    @Test
    void every_part_of_the_image_is_one_of_the_platform_or_argued() throws Exception {
        Path made = Path.of("target/sbom.cdx.json");
        // Offline its maker does nothing. In CI that would be a silence.
        assumeTrue(
                Files.exists(made) || "true".equals(System.getenv("CI")),
                "the bill of materials is made by a build that is online");
        Map<String, String> platform = platform();
        JsonNode bill = new ObjectMapper().readTree(Files.readString(made));
        Map<String, String> others = new TreeMap<>();
        for (JsonNode part : bill.path("components")) {
            Matcher purl = PURL.matcher(part.path("purl").asText());
            assertThat(purl.matches()).as(part.toString()).isTrue();
            String name = purl.group(1) + ":" + purl.group(2);
            if (!purl.group(3).equals(platform.get(name))) {
                others.put(name, purl.group(3));
            }
        }
        Map<String, String> argued = new TreeMap<>();
        ARGUED.matcher(Files.readString(Path.of("deploy/SECURITY.md")))
                .results()
                .forEach(row -> argued.put(row.group(1), row.group(2)));

        assertThat(platform).hasSizeGreaterThan(1000);
        assertThat(bill.path("components").size()).isGreaterThan(100);
        assertThat(argued)
                .as("the list of deploy/SECURITY.md, \"What it is made of\"")
                .isEqualTo(others);
    }
}
