package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.SnapshotStore;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.wire.NotAnAdmissionReviewException;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The HTTP side of the webhook: {@code POST /mutate} and {@code POST /validate}, all of it on the event loop. A review takes
 * some tens of microseconds and waits for nothing, so a hand-over to another thread would only cost (architecture, facts).
 *
 * <p>Bad input is answered with 400, 401, 405, 408 or 413 and one line of JSON; nothing that a client sends gives a 5xx.
 */
@ApplicationScoped
public class AdmissionRoutes {

    private static final Logger LOG = Logger.getLogger("apparmor-admission");
    private static final String JSON = "application/json";
    /** Behind the health and metrics routes, should somebody move them to this port. */
    private static final int LAST = Integer.MAX_VALUE;

    private static final int FIRST = Integer.MIN_VALUE;

    private final ReviewHandler handler;
    private final WarmUp warmUp;
    private final Callers callers;
    private final ConnectionBounds connections;
    private final BodyBudget budget = BodyBudget.ofHeap();
    private final SpareBuffers spares = new SpareBuffers();
    private volatile boolean ending;

    AdmissionRoutes(
            SnapshotStore snapshots,
            AdmissionMetrics metrics,
            DecisionLog log,
            Clock clock,
            WarmUp warmUp,
            Callers callers,
            ConnectionBounds connections,
            ReviewTracing tracing) {
        this.handler = new ReviewHandler(snapshots, metrics, log, clock, tracing);
        this.warmUp = warmUp;
        this.callers = callers;
        this.connections = connections;
    }

    void register(@Observes Router router) {
        for (Door door : Door.values()) {
            router.route(door.path()).handler(context -> receive(door, context));
        }
        router.route().order(LAST).handler(AdmissionRoutes::notFound);
        // Before the framework's own, which logs a stack trace for each oddity that somebody sends.
        router.route().order(FIRST).failureHandler(AdmissionRoutes::unreadable);
    }

    /**
     * The webhook was told to end, and answers for as long as {@code quarkus.shutdown.delay} says. The API server keeps
     * connections for 90 s (semantics §7.4) and would go on using them: one that is closed under a request is a failed
     * request. So from now on each answer asks it to open another connection next time, which leads to another replica.
     */
    void ending(@Observes ShutdownDelayInitiatedEvent event) {
        ending = true;
    }

    private void receive(Door door, RoutingContext context) {
        HttpServerRequest request = context.request();
        // HTTP/2, which the API server speaks on loopback only, has streams instead and no such header.
        if (ending && request.version() == HttpVersion.HTTP_1_1) {
            request.response().putHeader("Connection", "close");
        }
        if (!request.method().equals(HttpMethod.POST)) {
            request.response().putHeader("Allow", "POST");
            refuse(request.response(), 405, "only POST is answered here");
            return;
        }
        boolean own = warmUp.isOwn(request);
        Optional<String> parent = Optional.ofNullable(request.getHeader("traceparent"));
        HttpServerResponse response = request.response();
        Optional<String> refusal = own ? Optional.empty() : callers.refusal(request);
        if (refusal.isPresent()) {
            // Its body is not even looked at.
            response.putHeader("Connection", "close");
            refuse(response, 401, refusal.get());
            return;
        }
        ReviewBody.read(request, context.vertx().getOrCreateContext(), budget, spares, new ReviewBody.Receiver() {
            @Override
            public void complete(byte[] body, int length) {
                if (answer(door, body, length, own, parent, response)) {
                    connections.answered(request.connection().remoteAddress());
                }
            }

            @Override
            public void tooLong() {
                refuse(response, 413, "the body is longer than 16 MiB");
            }

            @Override
            public void tooSlow() {
                response.putHeader("Connection", "close");
                refuse(response, 408, "the body came too slowly");
                // What is left of it is not waited for.
                request.connection().close();
            }

            @Override
            public void tooMany() {
                // The API server tries again, within the time that it has (semantics §7.4).
                response.putHeader("Retry-After", "1");
                refuse(response, 429, "too many long bodies at once");
            }
        });
    }

    /** Answers; false where there was nothing to be judged. */
    private boolean answer(
            Door door, byte[] body, int length, boolean own, Optional<String> parent, HttpServerResponse response) {
        byte[] answer;
        try {
            answer = handler.answer(door, body, length, own, parent);
        } catch (NotAnAdmissionReviewException e) {
            refuse(response, 400, e.message());
            return false;
        }
        send(response, 200, answer);
        return true;
    }

    private static void unreadable(RoutingContext context) {
        LOG.debug("a request failed", context.failure());
        if (!context.response().ended()) {
            context.response().putHeader("Connection", "close");
            refuse(context.response(), 400, "the request cannot be read");
        }
    }

    private static void notFound(RoutingContext context) {
        if (!context.response().ended()) {
            refuse(context.response(), 404, "nothing is here: POST to /mutate or /validate");
        }
    }

    private static void refuse(HttpServerResponse response, int status, String problem) {
        String text = Quoted.oneLine(problem).replace("\\", "\\\\").replace("\"", "\\\"");
        send(response, status, ("{\"error\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpServerResponse response, int status, byte[] body) {
        if (!response.closed()) {
            response.setStatusCode(status).putHeader("Content-Type", JSON).end(Buffer.buffer(body));
        }
    }
}
