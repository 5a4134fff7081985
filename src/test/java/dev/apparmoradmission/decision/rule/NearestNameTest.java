package dev.apparmoradmission.decision.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearestNameTest {

    @Test
    void aSlipOfTheFingerIsTold() {
        Set<String> loaded = Set.of("k8s-nginx", "k8s-redis", "cri-containerd.apparmor.d");
        assertThat(NearestName.among("k8s-ngnix", loaded)).contains("k8s-nginx");
        assertThat(NearestName.among("k8s-ngin", loaded)).contains("k8s-nginx");
        assertThat(NearestName.among("k8s-mysql", loaded)).isEmpty();
    }

    @Test
    void ofTwoThatAreAsNearTheFirstIsToldAndNoneIsTheOnlyOne() {
        List<String> loaded = List.of("web-b", "web-a");
        assertThat(NearestName.among("web-c", loaded)).contains("web-a");
        assertThat(NearestName.onlyAmong("web-c", loaded)).isEmpty();
        assertThat(NearestName.onlyAmong("web-aa", loaded)).contains("web-a");
    }

    /** Three letters, so that many of the names are near. */
    @Property(tries = 5_000)
    void theNearestIsThatOfAllDistances(
            @ForAll @CharRange(from = 'a', to = 'c') @StringLength(min = 1, max = 9) String name,
            @ForAll @Size(max = 12)
                    Set<@CharRange(from = 'a', to = 'c') @StringLength(min = 1, max = 11) String> known) {
        int most = Math.min(2, (name.length() - 1) / 2);
        Optional<String> expected = new TreeSet<>(known)
                .stream()
                        .filter(other -> distance(name, other) <= most)
                        .min(Comparator.comparingInt(other -> distance(name, other)));
        assertThat(NearestName.among(name, known)).isEqualTo(expected);
        long asNear = expected.stream()
                .flatMap(nearest -> known.stream().filter(other -> distance(name, other) == distance(name, nearest)))
                .count();
        assertThat(NearestName.onlyAmong(name, known)).isEqualTo(asNear == 1 ? expected : Optional.empty());
    }

    /** By its definition, every cell of the table. */
    private static int distance(String from, String to) {
        int[][] cells = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    cells[i][j] = i + j;
                } else {
                    int replaced = cells[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                    cells[i][j] = Math.min(replaced, Math.min(cells[i - 1][j], cells[i][j - 1]) + 1);
                }
            }
        }
        return cells[from.length()][to.length()];
    }
}
