package dev.apparmoradmission.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {

    @Test
    void a_bound_token_tells_its_node() {
        String token = FakeNode.tokenOf("""
                {"aud": ["https://kubernetes.default.svc"], "exp": 1795377337, "iss": "https://kubernetes.default.svc",
                 "kubernetes.io": {"namespace": "apparmor-admission",
                   "node": {"name": "n1.example", "uid": "2c0e", "future": {"name": "no"}},
                   "pod": {"name": "agent-x", "uid": "77"}, "serviceaccount": {"name": "a", "uid": "b"}, "warnafter": 1},
                 "sub": "system:serviceaccount:apparmor-admission:apparmor-admission-agent"}""");

        assertThat(Identity.ofToken(token)).contains(new Identity("n1.example", "2c0e"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "\"text\"",
                "",
                "{",
                "{\"kubernetes.io\": null}",
                "{\"kubernetes.io\": {\"pod\": {\"name\": \"p\"}}}",
                "{\"kubernetes.io\": {\"node\": \"n1\"}}",
                "{\"kubernetes.io\": {\"node\": {\"name\": \"n1\"}}}",
                "{\"kubernetes.io\": {\"node\": {\"name\": \"\", \"uid\": \"u\"}}}",
                "{\"kubernetes.io\": {\"node\": {\"name\": [\"n1\"], \"uid\": {}}}}",
                "{\"x\": {\"kubernetes.io\": {\"node\": {\"name\": \"n1\", \"uid\": \"u\"}}}}",
                "{\"kubernetes.io\": {\"node\": {\"name\": \"n1\", \"uid\": \"u\""
            })
    void other_claims_tell_none(String claims) {
        assertThat(Identity.ofToken(FakeNode.tokenOf(claims))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "opaque-token", "a.b", "a.b.c.d", "..", "a.%%%.c", "\u00e4.\u00e4.\u00e4"})
    void what_is_no_web_token_tells_none(String token) {
        assertThat(Identity.ofToken(token)).isEmpty();
    }
}
