package dev.apparmoradmission.e2e.rollout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The blocks of the guide, in their order.
 *
 * @param blocks what it tells to write, to type and to ask
 */
record Guide(List<Block> blocks) {
    private static final Pattern FENCED = Pattern.compile("(?ms)^```(\\w+)\\n(.*?)^```$");
    private static final String OUTPUT = "text";

    /**
     * One of them.
     *
     * @param language {@code yaml} for a file that is named in its first line, {@code sh}, or {@code promql}
     * @param text what stands in it
     * @param output what the guide shows as its output
     */
    record Block(String language, String text, Optional<String> output) {
        /** The file that the block is to be written to. */
        Optional<String> file() {
            return language.equals("yaml") && text.startsWith("# ")
                    ? Optional.of(text.lines().findFirst().orElseThrow().substring(2))
                    : Optional.empty();
        }
    }

    static Guide read(Path document) throws IOException {
        List<Block> blocks = new ArrayList<>();
        List<MatchResult> fenced =
                FENCED.matcher(Files.readString(document)).results().toList();
        for (int i = 0; i < fenced.size(); i++) {
            String language = fenced.get(i).group(1);
            Optional<String> output =
                    i + 1 < fenced.size() && fenced.get(i + 1).group(1).equals(OUTPUT)
                            ? Optional.of(fenced.get(i + 1).group(2).strip())
                            : Optional.empty();
            if (!language.equals(OUTPUT)) {
                blocks.add(new Block(language, fenced.get(i).group(2), output));
            }
        }
        return new Guide(blocks);
    }
}
