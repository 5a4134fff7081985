package dev.apparmoradmission.cluster.tls;

import dev.apparmoradmission.decision.Quoted;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.util.IPAddress;

/** Names and addresses that a certificate is for (RFC 5280, 4.2.1.6). */
public final class HostName {

    private static final int LONGEST = 253;
    private static final int DNS = 2;
    private static final int IP = 7;
    private static final Pattern NAME = Pattern.compile(
            "(\\*\\.)?[a-zA-Z0-9_]([-a-zA-Z0-9_]*[a-zA-Z0-9])?(\\.[a-zA-Z0-9_]([-a-zA-Z0-9_]*[a-zA-Z0-9])?)*");
    private static final Pattern IP_LITERAL =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private HostName() {}

    /** Whether it is a DNS name, and no address. */
    public static boolean isName(String host) {
        return host.length() <= LONGEST
                && NAME.matcher(host).matches()
                && !IP_LITERAL.matcher(host).matches();
    }

    /**
     * Checks it.
     *
     * @throws IllegalArgumentException if it is neither a DNS name nor an IP address
     */
    public static void check(String host) {
        if (!IPAddress.isValid(host) && !isName(host)) {
            throw new IllegalArgumentException("not a DNS name or an IP address: " + Quoted.of(host));
        }
    }

    /** As a certificate has it. */
    static GeneralName inCertificate(String host) {
        check(host);
        return new GeneralName(IPAddress.isValid(host) ? GeneralName.iPAddress : GeneralName.dNSName, host);
    }

    /** Those of the hosts that the certificate is not for. */
    public static List<String> missing(Collection<String> hosts, X509Certificate certificate) {
        Set<String> held = new HashSet<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                names.stream()
                        .filter(name -> name.get(0) instanceof Integer type && (type == DNS || type == IP))
                        .forEach(name -> held.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT)));
            }
        } catch (CertificateParsingException e) {
            // Then it is for nobody.
        }
        return hosts.stream().filter(host -> !held.contains(normal(host))).toList();
    }

    private static String normal(String host) {
        if (!IPAddress.isValid(host)) {
            return host.toLowerCase(Locale.ROOT);
        }
        try {
            // A literal is not looked up.
            return InetAddress.getByName(host).getHostAddress();
        } catch (UnknownHostException e) {
            return host;
        }
    }
}
