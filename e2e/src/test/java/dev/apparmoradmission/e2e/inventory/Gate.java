package dev.apparmoradmission.e2e.inventory;

import dev.apparmoradmission.e2e.api.Answer;

/** What stands between a forger and the store, told apart by how each says no. */
enum Gate {
    /** The account has no such right. */
    RBAC(403, "cannot "),
    /** The agents' policy, {@code deploy/agent/inventory-writers.yaml}. */
    POLICY(403, "ValidatingAdmissionPolicy 'apparmor-admission-inventory-writers'"),
    /** The webhook's policies, {@code deploy/placement/placement-writers.yaml}. */
    PLACEMENT(403, "ValidatingAdmissionPolicy 'apparmor-admission-"),
    /** Kubernetes' own watch over kubelets: its Node authoriser and the admission plugin NodeRestriction. */
    NODE(403, "node"),
    /** The API server finds the object invalid, whoever sends it. */
    VALIDATION(422, "invalid");

    private final int code;
    private final String says;

    Gate(int code, String says) {
        this.code = code;
        this.says = says;
    }

    /** Whether this gate refused the request. */
    boolean refused(Answer answer) {
        return answer.code() == code
                && answer.message().contains(says)
                && (this == POLICY || this == PLACEMENT || !answer.message().contains("ValidatingAdmissionPolicy"));
    }
}
