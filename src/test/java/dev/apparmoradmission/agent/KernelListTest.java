package dev.apparmoradmission.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.profile.ProfileMode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KernelListTest {

    private static KernelList read(String text) throws IOException {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static KernelList read(byte[] bytes) throws IOException {
        return KernelList.read(new ByteArrayInputStream(bytes));
    }

    @Test
    void lines_stay_as_they_are_and_come_sorted() throws IOException {
        KernelList list = read("""
                sample-kill (kill)
                name with spaces (enforce)
                name (enforce) (complain)
                /usr/sbin/sample-daemon (enforce)
                /usr/sbin/sample-daemon//hat with space (enforce)
                :sample-ns:in-namespace (complain)
                \u00fcn\u00efcode-pr\u00f8file (enforce)
                from-the-future (sandboxed)
                MongoDB Compass (unconfined)
                """);

        assertThat(list.lines())
                .containsExactly(
                        "/usr/sbin/sample-daemon (enforce)",
                        "/usr/sbin/sample-daemon//hat with space (enforce)",
                        ":sample-ns:in-namespace (complain)",
                        "MongoDB Compass (unconfined)",
                        "from-the-future (sandboxed)",
                        "name (enforce) (complain)",
                        "name with spaces (enforce)",
                        "sample-kill (kill)",
                        "\u00fcn\u00efcode-pr\u00f8file (enforce)");
        assertThat(list.leftOut()).isEmpty();
        assertThat(list.profiles().mode("name (enforce)")).contains(ProfileMode.COMPLAIN);
        assertThat(list.profiles().mode("from-the-future")).contains(ProfileMode.UNKNOWN);
    }

    @Test
    void equal_sets_are_equal_text_whatever_order_they_were_loaded_in() throws IOException {
        assertThat(read("a (enforce)\nb (kill)\n")).isEqualTo(read("b (kill)\na (enforce)\n"));
    }

    @Test
    void learning_profiles_are_nobodys_policy() throws IOException {
        KernelList list = read("""
                learn (complain)
                learn//null-/usr/bin/cat (complain)
                learn//null-/usr/bin/cat//null-x (complain)
                """);

        assertThat(list.lines()).containsExactly("learn (complain)");
        assertThat(list.leftOutCount()).isZero();
    }

    @Test
    void a_name_with_a_newline_cannot_pass_for_another_profile() throws IOException {
        KernelList list = read("a (enforce)\nevil\nk8s-web (enforce)\nz (enforce)\n");

        assertThat(list.lines()).containsExactly("a (enforce)", "z (enforce)");
        assertThat(list.leftOut())
                .containsExactly(
                        "\"evil\" has no mode",
                        "\"k8s-web (enforce)\" follows a line without a mode, so it may be the end of a name");
    }

    @Test
    void what_its_reader_would_take_for_something_else_is_left_out_and_told() throws IOException {
        byte[] latin = "caf\u00e9 (enforce)\nok (enforce)\n".getBytes(StandardCharsets.ISO_8859_1);
        KernelList list = read(latin);
        assertThat(list.lines()).containsExactly("ok (enforce)");
        assertThat(list.leftOut()).containsExactly("\"caf\u00e9 (enforce)\" is not UTF-8");

        KernelList headers = read("# apparmor: enabled (enforce)\n\uFEFFx (enforce)\ny\r (enforce)\nok (enforce)");
        assertThat(headers.lines()).containsExactly("ok (enforce)");
        assertThat(headers.leftOut())
                .containsExactly(
                        "\"# apparmor: enabled (enforce)\" would be read as a header",
                        "\"\\ufeffx (enforce)\" holds a character that its reader drops",
                        "\"y\\r (enforce)\" holds a character that its reader drops");
    }

    @Test
    void of_many_lines_left_out_the_first_are_told_and_all_are_counted() throws IOException {
        KernelList list = read("#x (enforce)\n".repeat(1000));

        assertThat(list.leftOut()).hasSize(10);
        assertThat(list.leftOutCount()).isEqualTo(1000);
    }

    @Test
    void nothing_loaded_is_an_empty_list() throws IOException {
        assertThat(read("").lines()).isEmpty();
    }
}
