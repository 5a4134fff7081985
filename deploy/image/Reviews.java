import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Plays the API server: asks a webhook for as many reviews as a deployment of some applications makes, of pods as they come with
 * all that an API server adds to them, so that what only real ones use is known too: their fields, findings, counters, and the log.
 *
 * <p>Usage: {@code java Reviews.java PORT CA ROUNDS}. Ends with an error at the first answer that is not the right one.
 */
final class Reviews {

    private record Review(String door, boolean allowed, String body) {}

    private static final String LOADED = "{'appArmorProfile':{'type':'Localhost','localhostProfile':'k8s-web'}}";

    private static final List<Review> ALL = List.of(
            new Review("validate", true, create("{'appArmorProfile':{'type':'RuntimeDefault'}}", "{}", "")),
            new Review("validate", true, create("{}", LOADED, "")),
            new Review("validate", false, create("{}", "{'appArmorProfile':{'type':'Unconfined'}}", "")),
            new Review("validate", false, create("{}", LOADED.replace("k8s-web", "k8s-wed"), "")),
            new Review("validate", true, create("{}", "{'privileged':true}", "")),
            new Review(
                    "validate",
                    true,
                    create("{}", LOADED, "'container.apparmor.security.beta.kubernetes.io/app':'localhost/k8s-web',")),
            new Review("mutate", true, create("{}", "{}", "")),
            new Review("mutate", true, create("{'appArmorProfile':{'type':'RuntimeDefault'}}", LOADED, "")),
            new Review("validate", true, deployment()));

    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .sslContext(trusting(Path.of(arguments[1])))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        for (int round = 0; round < Integer.parseInt(arguments[2]); round++) {
            for (Review review : ALL) {
                URI address = URI.create("https://localhost:" + arguments[0] + "/" + review.door());
                HttpRequest request = HttpRequest.newBuilder(address)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(review.body().replace('\'', '"').replace("ROUND", String.valueOf(round))))
                        .build();
                String answer = client.send(request, BodyHandlers.ofString()).body();
                if (!answer.contains("\"allowed\":" + review.allowed())) {
                    System.err.println(review.body() + "\ngot\n" + answer);
                    System.exit(1);
                }
            }
        }
    }

    private static SSLContext trusting(Path authority) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusted.getTrustManagers(), null);
        return context;
    }

    private static String create(String podLevel, String container, String annotations) {
        return review("", "Pod", "pods", """
                {'kind':'Pod','apiVersion':'v1','metadata':{'name':'web-ROUND','generateName':'web-','namespace':'shop',
                'uid':'b7a0-ROUND','creationTimestamp':'2026-11-29T12:00:00Z','labels':{'app':'web','pod-template-hash':'6d5f'},
                'annotations':{%s'prometheus.io/scrape':'true'},
                'ownerReferences':[{'apiVersion':'apps/v1','kind':'ReplicaSet','name':'web','uid':'c1','controller':true}],
                'managedFields':[{'manager':'kube-controller-manager','operation':'Update','apiVersion':'v1','fieldsType':'FieldsV1',
                'fieldsV1':{'f:metadata':{'f:labels':{'.':{},'f:app':{}},'f:ownerReferences':{'.':{},'k:{\\"uid\\":\\"ROUND\\"}':{}}},
                'f:spec':{'f:containers':{'k:{\\"name\\":\\"app\\"}':{'.':{},'f:image':{},'f:resources':{}}}}}}]},
                'spec':%s,'status':{}}""".formatted(annotations, spec(podLevel, container)));
    }

    private static String deployment() {
        return review("apps", "Deployment", "deployments", """
                {'kind':'Deployment','apiVersion':'apps/v1','metadata':{'name':'web','namespace':'shop'},
                'spec':{'replicas':3,'selector':{'matchLabels':{'app':'web'}},'template':{'metadata':{'labels':{'app':'web'}},
                'spec':%s}},'status':{}}""".formatted(spec("{}", LOADED)));
    }

    private static String spec(String podLevel, String container) {
        return """
                {'volumes':[{'name':'token','projected':{'sources':[{'serviceAccountToken':{'expirationSeconds':3607,'path':'token'}}]}}],
                'securityContext':%s,'serviceAccountName':'web','nodeSelector':{'kubernetes.io/os':'linux'},
                'tolerations':[{'key':'node.kubernetes.io/not-ready','operator':'Exists','effect':'NoExecute','tolerationSeconds':300}],
                'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[
                {'matchExpressions':[{'key':'kubernetes.io/os','operator':'In','values':['linux']}]}]}}},
                'initContainers':[{'name':'init','image':'init:1','securityContext':%s}],
                'containers':[{'name':'app','image':'web:1','ports':[{'containerPort':8080,'protocol':'TCP'}],
                'env':[{'name':'MODE','value':'production'},{'name':'NODE','valueFrom':{'fieldRef':{'fieldPath':'spec.nodeName'}}}],
                'resources':{'limits':{'cpu':'1','memory':'1Gi'}},'volumeMounts':[{'name':'token','readOnly':true,'mountPath':'/token'}],
                'securityContext':%s}],'restartPolicy':'Always','dnsPolicy':'ClusterFirst'}"""
                .formatted(podLevel, LOADED, container);
    }

    private static String review(String group, String kind, String resource, String object) {
        return """
                {'kind':'AdmissionReview','apiVersion':'admission.k8s.io/v1','request':{'uid':'705ab4f5-6393-11e8-b7cc-ROUND',
                'kind':{'group':'%1$s','version':'v1','kind':'%2$s'},'resource':{'group':'%1$s','version':'v1','resource':'%3$s'},
                'requestKind':{'group':'%1$s','version':'v1','kind':'%2$s'},'name':'web','namespace':'shop','operation':'CREATE',
                'userInfo':{'username':'system:serviceaccount:kube-system:replicaset-controller','uid':'a1',
                'groups':['system:serviceaccounts','system:authenticated']},'object':%4$s,'oldObject':null,'dryRun':false,
                'options':{'kind':'CreateOptions','apiVersion':'meta.k8s.io/v1'}}}"""
                .formatted(group, kind, resource, object);
    }
}
