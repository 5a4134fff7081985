package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.vertx.http.HttpServer;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;

/** A webhook that was told to end, while it still answers. */
@QuarkusTest
@TestProfile(WebhookEndingTest.OfItsOwn.class)
@WithTestResource(WebhookFiles.class)
class WebhookEndingTest {

    /** There is no way back from the end: a server for this test alone. */
    public static final class OfItsOwn implements QuarkusTestProfile {}

    @Inject
    HttpServer server;

    @Inject
    Event<ShutdownDelayInitiatedEvent> event;

    @Test
    void it_has_each_connection_closed_after_an_answer_that_is_as_right_as_ever() throws Exception {
        WebhookClient webhook = WebhookClient.of(server);
        String review = Reviews.create(Reviews.podOf("Unconfined"));
        assertThat(webhook.post(Door.VALIDATE, review).getHeader("Connection")).isNull();

        event.fire(new ShutdownDelayInitiatedEvent());

        assertThat(webhook.post(Door.VALIDATE, review).getHeader("Connection")).isEqualTo("close");
        assertThat(webhook.post(Door.MUTATE, "no review").getHeader("Connection"))
                .isEqualTo("close");
        assertThat(webhook.allowed(Door.VALIDATE, review)).isFalse();
    }
}
