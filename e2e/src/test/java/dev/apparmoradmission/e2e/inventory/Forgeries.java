package dev.apparmoradmission.e2e.inventory;

import static dev.apparmoradmission.e2e.inventory.Gate.NODE;
import static dev.apparmoradmission.e2e.inventory.Gate.POLICY;
import static dev.apparmoradmission.e2e.inventory.Gate.RBAC;
import static dev.apparmoradmission.e2e.inventory.Gate.VALIDATION;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What someone might try who has the token of the agent on one node, as after breaking out there, in order to speak for
 * another.
 *
 * @param forger whose token it is
 * @param victim of another node; its ConfigMap is there
 */
record Forgeries(Fleet fleet, Agent forger, Agent victim) {
    private static final String ELSEWHERE = "/api/v1/namespaces/default/configmaps/";
    private static final int LONGEST = 1_032_192;
    private static final int MEBIBYTE = 1 << 20;

    private String only() {
        return "the agent of node " + forger.node() + " writes the ConfigMap " + forger.name() + " and no other";
    }

    /** With the rights that {@code deploy/agent/rbac.yaml} gives. */
    Stream<Forgery> all() {
        return Stream.of(othersList(), ownListAskew(), otherThings(), otherTokens())
                .flatMap(List::stream);
    }

    private List<Forgery> othersList() {
        ObjectNode third = new Agent("no-such-node", forger.uid(), forger.api()).list();
        return List.of(
                policy("the other node's list, by server-side apply", only(), () -> forger.apply(victim.list())),
                policy(
                        "the same, as a dry run",
                        only(),
                        () -> forger.apply(victim.path(), victim.list(), "&dryRun=All")),
                policy(
                        "the other node's list, by JSON patch",
                        only(),
                        () -> forger.api().patch(victim.path(), ApiServer.JSON_PATCH, """
                                [{"op": "replace", "path": "/data/%s", "value": "# apparmor: enabled\\n"}]
                                """.formatted(victim.node()))),
                policy(
                        "the other node's list, by merge patch",
                        only(),
                        () -> forger.api().patch(victim.path(), ApiServer.MERGE_PATCH, data(victim.node()))),
                policy(
                        "the other node's list, by strategic merge patch",
                        only(),
                        () -> forger.api().patch(victim.path(), ApiServer.STRATEGIC_PATCH, data(victim.node()))),
                policy(
                        "reading the other node's list, by a patch that changes nothing",
                        only(),
                        () -> forger.api().patch(victim.path(), ApiServer.JSON_PATCH, "[]")),
                policy(
                        "taking the label off the other node's list",
                        only(),
                        () -> forger.api().patch(victim.path(), ApiServer.MERGE_PATCH, """
                                {"metadata": {"labels": {"%s": null}}}
                                """.formatted(Agent.LABEL))),
                policy("a list for a node that is not there", only(), () -> forger.apply(third)),
                policy("a list under a name of its own", only(), () -> {
                    ObjectNode map = forger.list();
                    metadata(map).put("name", "inventory-of-everything");
                    return forger.api().create(WebhookProcess.NAMESPACE, map);
                }),
                policy("a list under a name that the server makes up", only(), () -> {
                    ObjectNode map = forger.list();
                    metadata(map).remove("name");
                    metadata(map).put("generateName", "apparmor-inventory-");
                    return forger.api().create(WebhookProcess.NAMESPACE, map);
                }),
                policy("a list that people keep by hand", only(), () -> {
                    ObjectNode map = forger.list();
                    metadata(map).put("name", ForgedInventoryTest.BY_HAND);
                    return forger.apply(map);
                }));
    }

    private List<Forgery> ownListAskew() {
        String key = "data has to have the one key " + forger.node();
        String owner = "the only owner has to be {apiVersion: v1, kind: Node, name: " + forger.node() + ", uid: "
                + forger.uid() + "}";
        String label = "the one label that an agent writes";
        String header = "the list has to begin with";
        return List.of(
                own("the other node's key in the own ConfigMap", key, map -> {
                    map.withObjectProperty("data").removeAll();
                    map.withObjectProperty("data").put(victim.node(), "# apparmor: enabled\n");
                }),
                own(
                        "the other node's key beside the own",
                        key,
                        map -> map.withObjectProperty("data").put(victim.node(), "# apparmor: enabled\n")),
                policy(
                        "the other node's key, added by strategic merge patch",
                        key,
                        () -> forger.api().patch(forger.path(), ApiServer.STRATEGIC_PATCH, data(victim.node()))),
                own("no key at all", key, map -> map.remove("data")),
                own("no label", label, map -> metadata(map).remove("labels")),
                own(
                        "another value of the label",
                        label,
                        map -> metadata(map).withObjectProperty("labels").put(Agent.LABEL, "false")),
                own(
                        "one more label",
                        label,
                        map -> metadata(map).withObjectProperty("labels").put("app", "shop")),
                own(
                        "an annotation",
                        "an agent writes no annotations",
                        map -> metadata(map)
                                .withObjectProperty("annotations")
                                .put("kubectl.kubernetes.io/last-applied-configuration", "{}")),
                own(
                        "a finalizer",
                        "an agent writes no finalizers",
                        map -> metadata(map).putArray("finalizers").add("example.org/for-ever")),
                own("no owner", owner, map -> metadata(map).remove("ownerReferences")),
                owner("another uid of the own node", owner, "uid", "00000000-0000-0000-0000-000000000000"),
                own(
                        "the other node as owner",
                        owner,
                        map -> metadata(map)
                                .set("ownerReferences", victim.list().at("/metadata/ownerReferences"))),
                own(
                        "both nodes as owners",
                        owner,
                        map -> ((ArrayNode) map.at("/metadata/ownerReferences"))
                                .add(victim.list().at("/metadata/ownerReferences/0"))),
                owner("a Pod as owner", owner, "kind", "Pod"),
                owner("an owner of another API version", owner, "apiVersion", "example.org/v1"),
                own(
                        "an owner whose deletion it blocks",
                        owner,
                        map -> ((ObjectNode) map.at("/metadata/ownerReferences/0")).put("blockOwnerDeletion", true)),
                own(
                        "binary data",
                        "neither binaryData nor immutable",
                        map -> map.withObjectProperty("binaryData").put(victim.node(), "IyBhcHBhcm1vcjogZW5hYmxlZAo=")),
                own("immutable for ever", "neither binaryData nor immutable", map -> map.put("immutable", true)),
                list("a list without a header", header, "k8s-web (enforce)\n"),
                list("a header with another word", header, "# apparmor: perhaps\nk8s-web (enforce)\n"),
                list("the header further down", header, "# kernel: 6.8.0\n# apparmor: enabled\n"),
                list("a time that is none", header, "# observed-at: now and for ever\n# apparmor: enabled\n"),
                list("nothing", header, ""),
                list(
                        "a list of nearly 1 MiB",
                        "the list is longer than 1032192 characters",
                        "# apparmor: enabled\n" + "x".repeat(LONGEST)),
                new Forgery(
                        "a list of more than 1 MiB",
                        VALIDATION,
                        "Too long",
                        () -> changed(map -> map.withObjectProperty("data")
                                .put(forger.node(), "# apparmor: enabled\n" + "x".repeat(MEBIBYTE)))));
    }

    private List<Forgery> otherThings() {
        String cannot = "User \"system:serviceaccount:apparmor-admission:apparmor-admission-agent\" cannot ";
        return List.of(
                rbac(
                        "the other node's list, by PUT",
                        cannot + "update",
                        () -> forger.api().put(victim.path(), victim.list().toString())),
                rbac(
                        "deleting the other node's list",
                        cannot + "delete",
                        () -> forger.api().delete(victim.path())),
                rbac(
                        "deleting every list",
                        cannot + "deletecollection",
                        () -> forger.api().delete(Agent.CONFIG_MAPS)),
                rbac(
                        "reading the other node's list",
                        cannot + "get",
                        () -> forger.api().get(victim.path())),
                rbac("another namespace", cannot + "patch", () -> {
                    ObjectNode map = forger.list();
                    metadata(map).put("namespace", "default");
                    return forger.apply(ELSEWHERE + forger.name(), map, "");
                }),
                rbac(
                        "a Secret",
                        cannot + "create",
                        () -> forger.api().post("/api/v1/namespaces/apparmor-admission/secrets", """
                                {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}
                                """)),
                rbac(
                        "a label on the other Node",
                        cannot + "patch",
                        () -> forger.api().patch("/api/v1/nodes/" + victim.node(), ApiServer.MERGE_PATCH, """
                                {"metadata": {"labels": {"forged": "yes"}}}
                                """)),
                rbac(
                        "a pod of its account on the other node",
                        cannot + "create",
                        () -> forger.api().post("/api/v1/namespaces/apparmor-admission/pods", """
                                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"nodeName": "%s",
                                "serviceAccountName": "%s", "containers": [{"name": "c", "image": "none"}]}}
                                """.formatted(
                                        victim.node(), Agent.ACCOUNT))),
                rbac(
                        "a token for the pod of the other agent",
                        cannot + "create",
                        () -> fleet.token(forger.api(), Agent.ACCOUNT, "Pod", "agent-" + victim.node())),
                rbac(
                        "a right for itself",
                        cannot + "create",
                        () -> forger.api()
                                .post("/apis/rbac.authorization.k8s.io/v1/namespaces/apparmor-admission/roles", """
                                {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "r"},
                                "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}
                                """)),
                rbac(
                        "the name of the other kubelet",
                        cannot + "impersonate",
                        () -> forger.api()
                                .as("system:node:" + victim.node(), "system:nodes")
                                .patch(victim.path(), ApiServer.MERGE_PATCH, data(victim.node()))));
    }

    private List<Forgery> otherTokens() {
        String unbound = "the agent's token is bound to no node";
        Agent none =
                as(fleet.bearer(fleet.token(Agent.ACCOUNT).at("/status/token").asText()));
        Agent secret = as(fleet.bearer(fleet.token(fleet.admin(), Agent.ACCOUNT, "Secret", ForgedInventoryTest.SECRET)
                .at("/status/token")
                .asText()));
        Agent other = as(fleet.bearer(fleet.token("default").at("/status/token").asText()));
        return List.of(
                policy("a token that is bound to nothing", unbound, () -> none.apply(victim.list())),
                policy("a token that is bound to a Secret", unbound, () -> secret.apply(victim.list())),
                rbac(
                        "the token of the namespace's default account",
                        ":default\" cannot patch",
                        () -> other.apply(victim.list())),
                new Forgery(
                        "the kubelet of the one node asks for a token of the other's agent",
                        NODE,
                        "node requested token bound to a pod scheduled on a different node",
                        () -> fleet.token(
                                fleet.kubelet(forger.node()), Agent.ACCOUNT, "Pod", "agent-" + victim.node())),
                new Forgery(
                        "the kubelet of the one node writes the other's list itself",
                        NODE,
                        "User \"system:node:" + forger.node() + "\" cannot patch resource \"configmaps\"",
                        () -> fleet.kubelet(forger.node())
                                .patch(victim.path(), ApiServer.MERGE_PATCH, data(victim.node()))));
    }

    private Agent as(ApiServer api) {
        return new Agent(victim.node(), victim.uid(), api);
    }

    /** With all rights in the namespace and a second one, as if the Role had been widened: only the policy is left. */
    List<Forgery> despiteAllRights() {
        String elsewhere = "an agent writes in the namespace apparmor-admission only";
        ObjectNode strayed = forger.list();
        strayed.withObjectProperty("metadata").put("namespace", "default");
        return List.of(
                policy(
                        "the other node's list, by PUT",
                        only(),
                        () -> forger.api().put(victim.path(), victim.list().toString())),
                policy("a list kept by hand, by PUT", only(), () -> {
                    ObjectNode map = forger.list();
                    metadata(map).put("name", ForgedInventoryTest.BY_HAND);
                    return forger.api().put(Agent.CONFIG_MAPS + "/" + ForgedInventoryTest.BY_HAND, map.toString());
                }),
                policy(
                        "deleting the other node's list",
                        "an agent deletes no ConfigMap",
                        () -> forger.api().delete(victim.path())),
                policy(
                        "deleting the own list",
                        "an agent deletes no ConfigMap",
                        () -> forger.api().delete(forger.path())),
                policy(
                        "deleting every list",
                        "an agent deletes no ConfigMap",
                        () -> forger.api().delete(Agent.CONFIG_MAPS)),
                policy("another namespace", elsewhere, () -> forger.apply(ELSEWHERE + forger.name(), strayed, "")));
    }

    private Forgery policy(String what, String says, Supplier<Answer> attempt) {
        return new Forgery(what, POLICY, says, attempt);
    }

    private Forgery rbac(String what, String says, Supplier<Answer> attempt) {
        return new Forgery(what, RBAC, says, attempt);
    }

    /** The own list with something wrong in it. */
    private Forgery own(String what, String says, Consumer<ObjectNode> change) {
        return policy(what, says, () -> changed(change));
    }

    private Forgery owner(String what, String says, String field, String value) {
        return own(what, says, map -> ((ObjectNode) map.at("/metadata/ownerReferences/0")).put(field, value));
    }

    private Forgery list(String what, String says, String text) {
        return own(what, says, map -> map.withObjectProperty("data").put(forger.node(), text));
    }

    private Answer changed(Consumer<ObjectNode> change) {
        ObjectNode map = forger.list();
        change.accept(map);
        return forger.apply(map);
    }

    private static ObjectNode metadata(ObjectNode object) {
        return object.withObjectProperty("metadata");
    }

    private static String data(String node) {
        return Manifest.parse("{data: {%s: \"# apparmor: enabled\\n\"}}".formatted(node))
                .toString();
    }
}
