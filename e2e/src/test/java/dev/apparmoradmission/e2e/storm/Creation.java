package dev.apparmoradmission.e2e.storm;

/**
 * One pod of the stream.
 *
 * @param slice the part of the stream to which it belongs
 * @param sent by {@link System#nanoTime}
 * @param answered likewise
 * @param code the HTTP status of the answer; 0 if there was none
 * @param message of a refusal, or why there was no answer
 */
record Creation(Sort sort, String name, int slice, long sent, long answered, int code, String message) {
    boolean stored() {
        return code == 201;
    }

    /** Denied by our webhook, for what is wrong with that sort of pod. */
    boolean denied() {
        return code == 403 && message.contains(sort.rule());
    }

    /** Neither: an error, or no answer at all. */
    boolean failed() {
        return !stored() && !(code == 403 && message.contains("validate.apparmor-admission.dev\" denied"));
    }

    double millis() {
        return (answered - sent) / 1e6;
    }

    @Override
    public String toString() {
        return name + ": " + code + " " + message;
    }
}
