package dev.apparmoradmission.wire;

/** A pod or template has a structure that cannot be read, such as containers that are not a list. */
public final class UnreadableWorkloadException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String path;
    private final String problem;

    UnreadableWorkloadException(String path, String problem) {
        super(path + " " + problem);
        this.path = path;
        this.problem = problem;
    }

    /** Where in the object, dotted. */
    public String path() {
        return path;
    }

    /** What is wrong there, without the path. */
    public String problem() {
        return problem;
    }

    /** One line that names the place and the problem. */
    public String message() {
        return String.valueOf(getMessage());
    }
}
