package dev.apparmoradmission.webhook;

/** Bodies of reviews, as an API server sends them. */
final class Reviews {

    static final String UID = "705ab4f5-6393-11e8-b7cc-42010a800002";

    private Reviews() {}

    /** A pod with one container, whose container security context is this. */
    static String pod(String securityContext) {
        return """
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop","managedFields":[{"manager":"k"}]},
                "spec":{"securityContext":{},"containers":[{"name":"app","image":"nginx","securityContext":%s,"futureField":[1]}]},
                "status":{}}""".formatted(securityContext);
    }

    /** A pod whose container declares this profile type. */
    static String podOf(String type) {
        return pod("{\"appArmorProfile\":{\"type\":\"" + type + "\"}}");
    }

    /** A pod whose container declares this Localhost profile. */
    static String localhost(String name) {
        return pod("{\"appArmorProfile\":{\"type\":\"Localhost\",\"localhostProfile\":\"" + name + "\"}}");
    }

    /** The review of the creation of a pod in namespace shop. */
    static String create(String pod) {
        return review("", "pods", "", "shop", "CREATE", "Pod", pod, "null");
    }

    /** The review of the creation of a pod in another namespace. */
    static String create(String pod, String namespace) {
        return review(
                "", "pods", "", namespace, "CREATE", "Pod", pod.replace("\"shop\"", '"' + namespace + '"'), "null");
    }

    /** Any review. */
    static String review(
            String group,
            String resource,
            String subResource,
            String namespace,
            String operation,
            String kind,
            String object,
            String oldObject) {
        return """
                {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"%s",
                "kind":{"group":"%s","version":"v1","kind":"%s"},"resource":{"group":"%s","version":"v1","resource":"%s"},
                "subResource":"%s","requestKind":{"group":"","version":"v1","kind":"%s"},"namespace":"%s",
                "operation":"%s","userInfo":{"username":"jane","uid":"1","groups":["system:authenticated"],"extra":{"a":["b"]}},
                "object":%s,"oldObject":%s,"dryRun":false,"options":{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1"}}}""".formatted(
                        UID, group, kind, group, resource, subResource, kind, namespace, operation, object, oldObject);
    }
}
