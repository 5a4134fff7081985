package dev.apparmoradmission.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LadderTest {
    @Test
    void theApiServerOfTheFirstRungThatHoldsStoresANamespace() {
        try (TestCluster cluster = new Ladder(
                                Settings.ofProcess(), Path.of(System.getProperty("e2e.directory")), System.out)
                        .climb();
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(cluster.kubeconfig()))
                        .build()) {
            client.namespaces()
                    .resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName("ladder")
                            .endMetadata()
                            .build())
                    .create();
            assertThat(client.namespaces().withName("ladder").get()).isNotNull();
        }
    }
}
