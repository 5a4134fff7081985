package dev.apparmoradmission.webhook;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * What a server proves its name with, which may be followed by another while the server runs: each handshake takes the one that
 * is present when it begins, to its end.
 */
final class ChangingKey extends X509ExtendedKeyManager {

    private static final char SEPARATOR = ':';

    /** A handshake asks thrice, within microseconds: so many changes in that time there are none. */
    private static final int REMEMBERED = 32;

    private final AtomicReference<List<Turn>> turns;

    private record Turn(long number, X509ExtendedKeyManager keys) {}

    ChangingKey(X509ExtendedKeyManager first) {
        turns = new AtomicReference<>(List.of(new Turn(0, first)));
    }

    /** This one from the next handshake on. */
    void follow(X509ExtendedKeyManager next) {
        turns.updateAndGet(past -> Stream.concat(Stream.of(new Turn(past.get(0).number() + 1, next)), past.stream())
                .limit(REMEMBERED)
                .toList());
    }

    private Turn present() {
        return turns.get().get(0);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        Turn present = present();
        return alias(present, present.keys().chooseEngineServerAlias(keyType, issuers, engine));
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        Turn present = present();
        return alias(present, present.keys().chooseServerAlias(keyType, issuers, socket));
    }

    private static @Nullable String alias(Turn turn, @Nullable String name) {
        return name == null ? null : turn.number() + String.valueOf(SEPARATOR) + name;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return holder(alias).map(keys -> keys.getCertificateChain(name(alias))).orElse(null);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return holder(alias).map(keys -> keys.getPrivateKey(name(alias))).orElse(null);
    }

    private Optional<X509ExtendedKeyManager> holder(String alias) {
        long number = Long.parseLong(alias.substring(0, alias.indexOf(SEPARATOR)));
        return turns.get().stream()
                .filter(turn -> turn.number() == number)
                .map(Turn::keys)
                .findFirst();
    }

    private static String name(String alias) {
        return alias.substring(alias.indexOf(SEPARATOR) + 1);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        Turn present = present();
        String[] names = present.keys().getServerAliases(keyType, issuers);
        return names == null
                ? null
                : List.of(names).stream()
                        .map(name -> present.number() + String.valueOf(SEPARATOR) + name)
                        .toArray(String[]::new);
    }

    /** None: this is no client. */
    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    /** None: this is no client. */
    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
