package dev.apparmoradmission.report;

import dev.apparmoradmission.wire.Place;
import java.io.IOException;

/** Workflow commands of GitHub Actions that annotate lines. Their form is that of the runner's {@code ActionCommand}. */
public final class GithubCommands {

    private final Appendable out;

    /** Writes to this. */
    public GithubCommands(Appendable out) {
        this.out = out;
    }

    /**
     * Annotates a line.
     *
     * @param level {@code error}, {@code warning} or {@code notice}
     * @param file the file
     * @param place where in it
     * @param title the heading
     * @param message what there is to say
     */
    public void annotate(String level, String file, Place place, String title, String message) throws IOException {
        out.append("::")
                .append(level)
                .append(" file=")
                .append(property(file))
                .append(",line=")
                .append(Integer.toString(place.line()))
                .append(",col=")
                .append(Integer.toString(place.column()))
                .append(",title=")
                .append(property(title))
                .append("::")
                .append(data(message))
                .append('\n');
    }

    /** Tells of an input that could not be read. */
    public void unreadable(String line) throws IOException {
        out.append("::error title=unreadable::").append(data(line)).append('\n');
    }

    /** A line feed would end the command, and let a name begin another. */
    private static String data(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
