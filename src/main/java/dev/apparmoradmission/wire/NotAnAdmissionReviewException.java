package dev.apparmoradmission.wire;

/** A body is not an {@code admission.k8s.io/v1} AdmissionReview with a request. */
public final class NotAnAdmissionReviewException extends Exception {

    private static final long serialVersionUID = 1L;

    /** One line that says what is wrong, with nothing of the body in it. */
    public NotAnAdmissionReviewException(String problem) {
        super(problem);
    }

    /** One line that says what is wrong; it repeats nothing of the body. */
    public String message() {
        return String.valueOf(getMessage());
    }
}
