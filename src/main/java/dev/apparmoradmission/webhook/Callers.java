package dev.apparmoradmission.webhook;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jboss.logging.Logger;

/**
 * Who may ask. Without a CA for callers that is everybody who reaches the port: an API server shows no certificate unless it is
 * configured to ({@code --admission-control-config-file}, kind WebhookAdmissionConfiguration), and nothing else tells its
 * requests from others. With one ({@code quarkus.tls.admission.trust-store…}) it is whoever shows a certificate of that CA which,
 * where names are given, carries one of them.
 */
@Singleton
public class Callers implements HttpServerOptionsCustomizer {

    private static final Logger LOG = Logger.getLogger("apparmor-admission");
    /** RFC 5280 §4.2.1.6: the kinds of alternative names that are compared. */
    private static final Set<Integer> DNS_AND_URI = Set.of(2, 6);

    private final Set<String> names;
    private volatile boolean known;

    Callers(WebhookSettings settings) {
        this.names = Set.copyOf(settings.callers().orElse(List.of()));
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        if (options.getTrustOptions() != null) {
            known = true;
            // Asked for and not demanded: who has none is told so with a status that an API server shows to its users,
            // while
            // a broken handshake leaves a riddle. One of another CA does end the handshake.
            options.setClientAuth(ClientAuth.REQUEST);
            LOG.infof(
                    "Callers have to show a certificate%s",
                    names.isEmpty() ? "" : " for one of " + String.join(", ", names));
        }
    }

    /**
     * Whether a request is answered.
     *
     * @return why not; empty if it is
     */
    Optional<String> refusal(HttpServerRequest request) {
        if (!known) {
            return Optional.empty();
        }
        SSLSession session = request.sslSession();
        try {
            // Whatever is odd about the caller's certificate: without a known name there is no answer.
            if (session == null || !(session.getPeerCertificates()[0] instanceof X509Certificate certificate)) {
                return Optional.of("a client certificate is needed here");
            }
            return names.isEmpty() || names(certificate).stream().anyMatch(names::contains)
                    ? Optional.empty()
                    : Optional.of("the client certificate is for nobody who may ask here");
        } catch (SSLPeerUnverifiedException e) {
            return Optional.of("a client certificate is needed here");
        } catch (CertificateParsingException | InvalidNameException e) {
            return Optional.of("the names in the client certificate cannot be read");
        }
    }

    private static List<String> names(X509Certificate certificate)
            throws CertificateParsingException, InvalidNameException {
        List<String> found = new ArrayList<>();
        for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
            if (part.getType().equalsIgnoreCase("CN")) {
                found.add(part.getValue().toString());
            }
        }
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (List<?> alternative : alternatives) {
                if (alternative.get(0) instanceof Integer kind && DNS_AND_URI.contains(kind)) {
                    found.add(String.valueOf(alternative.get(1)));
                }
            }
        }
        return found;
    }
}
