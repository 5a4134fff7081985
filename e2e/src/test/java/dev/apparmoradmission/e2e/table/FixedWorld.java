package dev.apparmoradmission.e2e.table;

import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.util.Map;

/** The world in which the tables are read: five nodes, their profiles, and the strict policy. */
final class FixedWorld {
    static final String CONFIG_MAP = "apparmor-inventory";

    static final Map<String, String> INVENTORY =
            Map.of("n1", """
            # apparmor: enabled
            k8s-web (enforce)
            k8s-db (enforce)
            learn (complain)
            chrome (unconfined)
            MongoDB Compass (unconfined)
            my prof (enforce)
            web//hat (enforce)
            killer (kill)
            """, "n2", """
            # apparmor: enabled
            k8s-web (enforce)
            """, "n3", "# apparmor: disabled\n", "c1", """
            # apparmor: enabled
            k8s-web (enforce)
            """);

    private FixedWorld() {}

    static Scene set(Stage stage) throws IOException {
        return stage.set(scene -> scene.policy("restricted.yaml")
                .nodes(TestNode.N1, TestNode.N2, TestNode.N3, TestNode.C1, TestNode.W1)
                .inventory(CONFIG_MAP, INVENTORY));
    }
}
