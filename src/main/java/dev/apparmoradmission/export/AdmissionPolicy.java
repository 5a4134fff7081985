package dev.apparmoradmission.export;

import dev.apparmoradmission.policy.Action;
import java.util.List;
import java.util.Optional;

/**
 * One admission policy of the API server, with the binding that puts it in force.
 *
 * @param name the name of both
 * @param comments what stands above it, a line each
 * @param target what it looks at
 * @param scope where it holds
 * @param conditions when it is evaluated at all
 * @param variables named expressions, each of which may use those before it
 * @param work what it does
 */
record AdmissionPolicy(
        String name,
        List<String> comments,
        Target target,
        Scope scope,
        List<Named> conditions,
        List<Named> variables,
        Work work) {

    /** What an admission policy does. */
    sealed interface Work permits Judges, Patches {}

    /**
     * It lets pass or not.
     *
     * @param validations what must be true
     * @param action what follows where one is false
     */
    record Judges(List<Validation> validations, Action action) implements Work {}

    /**
     * It changes objects by JSON Patch.
     *
     * @param apiVersion of the group admissionregistration.k8s.io
     * @param expression a list of JSONPatch
     */
    record Patches(String apiVersion, String expression) implements Work {}

    /**
     * A named expression.
     *
     * @param name its name
     * @param expression the expression, of one or more lines
     */
    record Named(String name, String expression) {}

    /**
     * Something that must be true.
     *
     * @param expression the expression
     * @param message what is said where it is false, should the other fail or grow too long
     * @param messageExpression what is said else
     */
    record Validation(String expression, String message, Optional<String> messageExpression) {}
}
