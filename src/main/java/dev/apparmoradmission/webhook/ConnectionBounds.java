package dev.apparmoradmission.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpsServerStart;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.ObservesAsync;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Bounds how many connections each port has, and for how long one may bring no review. A connection costs some 12 KiB of heap
 * from its first packet on, before anything is known of who is there: unbounded, a few thousand idle ones would end a webhook
 * with a heap of 64 MiB.
 *
 * <p>It looks at connections where they are accepted, before TLS begins. Vert.x has a bound of its own only behind the handshake,
 * and it turns away the newcomer, which is the API server as well as anybody.
 */
@ApplicationScoped
public class ConnectionBounds {

    /**
     * How long a connection may bring no whole review, however busy it is otherwise. The API server closes one that it has not
     * used for 90 s (client-go, {@code IdleConnTimeout}); closing first would cost it a request.
     */
    static final Duration QUIET = Duration.ofMinutes(2);

    private static final Logger LOG = Logger.getLogger("apparmor-admission");
    /** A quarter of the heap, with room to spare, goes to connections: 1,024 with one of 64 MiB. */
    private static final int HEAP_FOR_EACH = 64 * 1024;

    private static final int FEWEST = 256;
    private static final int MOST = 16_384;
    /** Probes and a scrape or two at a time. */
    private static final int MOST_FOR_MANAGEMENT = 64;

    private static final long LOOK_MILLISECONDS = 5_000;
    private static final long TELL_AGAIN_NANOSECONDS = TimeUnit.MINUTES.toNanos(1);

    private final Vertx vertx;
    private final Counter crowded;
    private final Counter quiet;
    private final HeldConnections<Channel> admission = new HeldConnections<>(most());
    private final HeldConnections<Channel> management = new HeldConnections<>(MOST_FOR_MANAGEMENT);
    private final AtomicLong told = new AtomicLong(System.nanoTime() - TELL_AGAIN_NANOSECONDS);

    ConnectionBounds(Vertx vertx, MeterRegistry registry) {
        this.vertx = vertx;
        this.crowded = closed(registry, "crowded");
        this.quiet = closed(registry, "quiet");
        Gauge.builder("apparmor_admission.connections", admission::size)
                .description("Connections to the HTTPS port")
                .register(registry);
    }

    private static Counter closed(MeterRegistry registry, String reason) {
        return Counter.builder("apparmor_admission.connections.closed")
                .description(
                        "Connections closed because there were too many, or because they brought no review for too long")
                .tag("reason", reason)
                .register(registry);
    }

    /** How many connections there may be to the HTTPS port. */
    static int most() {
        return (int) Math.max(FEWEST, Math.min(MOST, Runtime.getRuntime().maxMemory() / HEAP_FOR_EACH));
    }

    void start(@ObservesAsync HttpsServerStart started, HttpServer server) {
        if (!(vertx instanceof VertxInternal internal)) {
            LOG.error("Connections are not bounded: this Vert.x does not show where it accepts them");
            return;
        }
        for (EventExecutor executor : internal.getAcceptorEventLoopGroup()) {
            if (executor instanceof SingleThreadEventLoop loop) {
                loop.execute(() -> loop.registeredChannelsIterator().forEachRemaining(channel -> {
                    if (channel instanceof ServerChannel && channel.localAddress() instanceof InetSocketAddress local) {
                        if (local.getPort() == server.getSecurePort()) {
                            channel.pipeline().addFirst(new Doorkeeper(admission, most(), "HTTPS"));
                        } else if (local.getPort() == server.getManagementPort()) {
                            channel.pipeline().addFirst(new Doorkeeper(management, MOST_FOR_MANAGEMENT, "management"));
                        }
                    }
                }));
            }
        }
        // Of the management port the number alone is bounded: a scraper's connection is old and good.
        vertx.setPeriodic(
                LOOK_MILLISECONDS,
                timer -> admission
                        .removeQuiet(System.nanoTime() - QUIET.toNanos())
                        .forEach(channel -> {
                            quiet.increment();
                            cut(channel);
                        }));
    }

    /** A review was answered over the connection from there: it is worth more than one that brought none. */
    void answered(io.vertx.core.net.SocketAddress remote) {
        admission.answered(peer(remote.hostAddress(), remote.port()), System.nanoTime());
    }

    private static String peer(String address, int port) {
        return address + ' ' + port;
    }

    private void tell(String port, int bound) {
        long last = told.get();
        long now = System.nanoTime();
        if (now - last >= TELL_AGAIN_NANOSECONDS && told.compareAndSet(last, now)) {
            LOG.warnf(
                    "More than %d connections to the %s port: for each new one the oldest goes that never brought a review."
                            + " An API server needs a few dozen: who else connects?",
                    bound, port);
        }
    }

    /** At once and without a farewell, which a peer that does not read could put off. */
    private static void cut(Channel channel) {
        channel.pipeline().addFirst(new Expelled());
    }

    /** Ends its connection as soon as that has a thread: one that has just been accepted has none yet. */
    private static final class Expelled extends ChannelHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            Channel channel = context.channel();
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    /** Stands before what sets a connection up; what it sees was accepted a moment ago. */
    private final class Doorkeeper extends ChannelInboundHandlerAdapter {
        private final HeldConnections<Channel> held;
        private final int most;
        private final String port;

        Doorkeeper(HeldConnections<Channel> held, int most, String port) {
            this.held = held;
            this.most = most;
            this.port = port;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof Channel accepted) {
                if (!(accepted.remoteAddress() instanceof InetSocketAddress remote) || remote.isUnresolved()) {
                    // Whoever it was has gone already.
                    accepted.unsafe().closeForcibly();
                    return;
                }
                String peer = peer(remote.getAddress().getHostAddress(), remote.getPort());
                held.opened(peer, accepted, System.nanoTime()).ifPresent(oldest -> {
                    crowded.increment();
                    tell(port, most);
                    cut(oldest);
                });
                accepted.closeFuture().addListener(done -> held.closed(peer, accepted));
            }
            context.fireChannelRead(message);
        }
    }
}
