package dev.apparmoradmission.cluster.tls;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.apparmoradmission.cluster.leader.Refusal;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The Secret and the webhook configurations at the API server. Touches nothing but these, each by its name. */
final class TlsObjects {

    /** Both configurations are called like this. */
    static final String CONFIGURATION = "apparmor-admission";

    /** Every webhook of ours is called something below it. */
    private static final String OURS = ".apparmor-admission.dev";

    private static final long PATIENCE_SECONDS = 5;
    private static final PatchContext JSON = new PatchContext.Builder()
            .withPatchType(PatchType.JSON)
            .withFieldManager("apparmor-admission-tls")
            .build();

    private final KubernetesClient client;
    private final String namespace;
    private final String name;

    /**
     * Names the Secret.
     *
     * @param client fails at once, rather than trying for long
     */
    TlsObjects(KubernetesClient client, String namespace, String name) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
    }

    /**
     * The Secret.
     *
     * @param resourceVersion which one: a write is refused where it has changed since
     */
    record Stored(String resourceVersion, TlsMaterial material) {}

    /** A webhook in a configuration, by its place and name. */
    private record Hook(int index, String name, WebhookClientConfig client) {}

    /** The Secret as it is. */
    Optional<Stored> read() throws Refusal {
        return attempt(() -> Optional.ofNullable(secrets().get()))
                .map(secret -> new Stored(
                        secret.getMetadata().getResourceVersion(),
                        TlsSecret.read(Optional.ofNullable(secret.getData()).orElse(Map.of()))));
    }

    /**
     * Writes the Secret.
     *
     * @param before as it was read; empty to make it
     * @throws Refusal of kind GONE if it is another one now
     */
    Stored write(Optional<Stored> before, TlsMaterial material) throws Refusal {
        SecretBuilder secret = new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .addToLabels("app.kubernetes.io/name", "apparmor-admission")
                .endMetadata()
                .withData(TlsSecret.write(material));
        if (before.isEmpty()) {
            // Not of the type for TLS: of that one the server would refuse to let us take a broken part away.
            Secret made = secret.withType("Opaque").build();
            return stored(
                    attempt(() -> client.secrets()
                            .inNamespace(namespace)
                            .resource(made)
                            .create()),
                    material);
        }
        Secret current = attempt(() -> secrets().get());
        if (current == null
                || !current.getMetadata()
                        .getResourceVersion()
                        .equals(before.get().resourceVersion())) {
            throw new Refusal(Refusal.Kind.GONE, "the Secret has changed");
        }
        // Type, labels and annotations stay whoever's they are.
        Secret changed =
                new SecretBuilder(current).withData(TlsSecret.write(material)).build();
        return stored(
                attempt(() -> client.secrets()
                        .inNamespace(namespace)
                        .resource(changed)
                        .update()),
                material);
    }

    private static Stored stored(Secret secret, TlsMaterial material) {
        return new Stored(secret.getMetadata().getResourceVersion(), material);
    }

    /**
     * Sees to it that our webhooks trust exactly this. A configuration that is not there needs nothing.
     *
     * @return the names of the webhooks that did not
     */
    List<String> trust(String bundle) throws Refusal {
        String encoded = Base64.getEncoder().encodeToString(bundle.getBytes(StandardCharsets.US_ASCII));
        List<String> changed = new ArrayList<>();
        Resource<MutatingWebhookConfiguration> mutating = client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(CONFIGURATION);
        MutatingWebhookConfiguration mutates = attempt(mutating::get);
        if (mutates != null) {
            List<Hook> hooks = new ArrayList<>();
            mutates.getWebhooks()
                    .forEach(hook -> hooks.add(new Hook(hooks.size(), hook.getName(), hook.getClientConfig())));
            changed.addAll(trust(encoded, mutates, hooks, text -> mutating.patch(JSON, text)));
        }
        Resource<ValidatingWebhookConfiguration> validating = client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(CONFIGURATION);
        ValidatingWebhookConfiguration validates = attempt(validating::get);
        if (validates != null) {
            List<Hook> hooks = new ArrayList<>();
            validates
                    .getWebhooks()
                    .forEach(hook -> hooks.add(new Hook(hooks.size(), hook.getName(), hook.getClientConfig())));
            changed.addAll(trust(encoded, validates, hooks, text -> validating.patch(JSON, text)));
        }
        return changed;
    }

    private static List<String> trust(String encoded, HasMetadata object, List<Hook> hooks, Consumer<String> patch)
            throws Refusal {
        List<Hook> lacking = hooks.stream()
                .filter(hook -> hook.name().endsWith(OURS))
                .filter(hook -> !encoded.equals(hook.client().getCaBundle()))
                .toList();
        if (lacking.isEmpty()) {
            return List.of();
        }
        ArrayNode operations = JsonNodeFactory.instance.arrayNode();
        // Refused where somebody else was faster: a webhook may stand at another place then.
        operations
                .addObject()
                .put("op", "test")
                .put("path", "/metadata/resourceVersion")
                .put("value", object.getMetadata().getResourceVersion());
        for (Hook hook : lacking) {
            operations
                    .addObject()
                    .put("op", "add")
                    .put("path", "/webhooks/" + hook.index() + "/clientConfig/caBundle")
                    .put("value", encoded);
        }
        attempt(() -> {
            patch.accept(operations.toString());
            return Optional.empty();
        });
        return lacking.stream().map(Hook::name).toList();
    }

    /**
     * What the time is by the clock that counts: that of the API server, which verifies what we serve.
     *
     * @return empty where it does not say
     */
    Optional<Instant> time() throws Refusal {
        HttpRequest request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(URI.create(client.getMasterUrl().toString().replaceAll("/$", "") + "/version"))
                .build();
        try {
            HttpResponse<String> response =
                    client.getHttpClient().sendAsync(request, String.class).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            List<String> dates = response.headers("Date");
            return dates == null || dates.isEmpty()
                    ? Optional.empty()
                    : Optional.of(ZonedDateTime.parse(dates.get(0), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            throw Refusal.of((Throwable) e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(Refusal.Kind.UNREACHABLE, "interrupted");
        }
    }

    /** Watches all three. What is seen is only a sign to look: a watch may be behind. */
    List<SharedIndexInformer<?>> watch(Runnable changed, Consumer<Refusal> cannot) {
        return List.of(
                informer(secrets(), changed, cannot),
                informer(
                        client.admissionRegistration()
                                .v1()
                                .mutatingWebhookConfigurations()
                                .withName(CONFIGURATION),
                        changed,
                        cannot),
                informer(
                        client.admissionRegistration()
                                .v1()
                                .validatingWebhookConfigurations()
                                .withName(CONFIGURATION),
                        changed,
                        cannot));
    }

    private static <T extends HasMetadata> SharedIndexInformer<T> informer(
            Resource<T> resource, Runnable changed, Consumer<Refusal> cannot) {
        SharedIndexInformer<T> informer = resource.runnableInformer(0)
                .addEventHandler(new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(T added) {
                        changed.run();
                    }

                    @Override
                    public void onUpdate(T before, T after) {
                        changed.run();
                    }

                    @Override
                    public void onDelete(T deleted, boolean unknown) {
                        changed.run();
                    }
                })
                .exceptionHandler((started, problem) -> {
                    cannot.accept(Refusal.of(problem));
                    return true;
                });
        var unused = informer.start();
        return informer;
    }

    private Resource<Secret> secrets() {
        return client.secrets().inNamespace(namespace).withName(name);
    }

    private static <T> T attempt(Supplier<T> request) throws Refusal {
        try {
            return request.get();
        } catch (KubernetesClientException e) {
            throw Refusal.of(e);
        }
    }
}
