package dev.apparmoradmission.workload;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The paths of containers in pods: a decision names each several times, and most pods have the same few. */
final class ContainerPaths {

    /** Hardly any pod has more of a kind; of those the path is made anew. */
    private static final int MOST_KEPT = 16;

    private static final Map<ContainerKind, List<String>> KEPT = Arrays.stream(ContainerKind.values())
            .collect(Collectors.toUnmodifiableMap(Function.identity(), ContainerPaths::first));

    private ContainerPaths() {}

    /** In a pod, such as {@code spec.initContainers[0]}. */
    static String inPod(ContainerKind kind, int index) {
        List<String> kept = KEPT.getOrDefault(kind, List.of());
        return index < kept.size() ? kept.get(index) : made(kind, index);
    }

    private static List<String> first(ContainerKind kind) {
        return IntStream.range(0, MOST_KEPT)
                .mapToObj(index -> made(kind, index))
                .toList();
    }

    private static String made(ContainerKind kind, int index) {
        return WorkloadKind.POD_SPEC + "." + kind.field() + "[" + index + "]";
    }
}
