package dev.apparmoradmission.e2e.storm;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;

import dev.apparmoradmission.e2e.scene.PodDraft;

/** What the stream consists of. Of each sort is known what becomes of it, by the policy alone. */
enum Sort {
    /** Says nothing, and is given the runtime's default profile. */
    PLAIN,
    /** Wants to be unconfined. */
    UNCONFINED,
    /** Wants a profile that every node of the storm has, all the time. */
    LOADED,
    /** Wants a profile that no node has, ever. */
    ABSENT,
    /** Is privileged: what becomes of it the policy says, and that changes. */
    PRIVILEGED;

    /** On every node of the storm. */
    static final String STEADY = "storm-steady";

    /** A third each of pods to be defaulted, pods to be denied, and pods for which the inventory or the policy decides. */
    private static final Sort[] ROUND = {
        PLAIN, UNCONFINED, LOADED, PLAIN, UNCONFINED, ABSENT, PLAIN, UNCONFINED, PRIVILEGED, PLAIN, UNCONFINED, LOADED
    };

    /** The one whose turn it is. */
    static Sort of(int number) {
        return ROUND[number % ROUND.length];
    }

    /** A pod of this sort, which no scheduler takes: thousands of pods that run would be a test of the kubelet. */
    PodDraft draft(String name) {
        PodDraft draft = pod(name).with("schedulerName: nobody").with("automountServiceAccountToken: false");
        return switch (this) {
            case PLAIN -> draft;
            case UNCONFINED -> draft.field(unconfined());
            case LOADED -> draft.field(localhost(STEADY)).selecting(StormNodes.LABEL, "true");
            case ABSENT -> draft.field(localhost("storm-absent")).selecting(StormNodes.LABEL, "true");
            case PRIVILEGED -> draft.privileged();
        };
    }

    /** The rule that denies it, where it is denied. */
    String rule() {
        return switch (this) {
            case PLAIN, LOADED -> "none";
            case UNCONFINED -> "[unconfined]";
            case ABSENT -> "[localhost-not-loaded]";
            case PRIVILEGED -> "[privileged]";
        };
    }

    /** How a stored pod of this sort looks, in the notation of {@link dev.apparmoradmission.e2e.scene.Profiles}. */
    String stored() {
        return switch (this) {
            case PLAIN, PRIVILEGED -> "P=RD c=-";
            case LOADED -> "P=- c=LH(" + STEADY + ")";
            case UNCONFINED, ABSENT -> "never stored";
        };
    }
}
