package dev.apparmoradmission.doctor;

import dev.apparmoradmission.cluster.KubectlCluster;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.doctor.DoctorOptions.FailOn;
import dev.apparmoradmission.doctor.DoctorOptions.Output;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The command {@code doctor}: examines an installation in a cluster and says what is wrong and how to mend it. It changes nothing. */
public final class DoctorCommand {

    private static final int SOUND = 0;
    private static final int UNSOUND = 1;

    /** Without these nothing can be said of the whole. */
    private static final List<Source> ESSENTIAL =
            List.of(Source.MUTATING, Source.VALIDATING, Source.NAMESPACES, Source.DEPLOYMENTS);

    private final CommandFrame frame;
    private final Surroundings surroundings;
    private final PrintStream err;

    private DoctorCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("doctor", surroundings);
        this.surroundings = surroundings;
        this.err = frame.err();
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code doctor}
     * @param surroundings where it runs
     * @return the exit code: 0 sound; 1 it is not; 2 bad usage, or a cluster that cannot be reached, or not read enough
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        DoctorCommand command = new DoctorCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        DoctorOptions options = DoctorOptions.parse(arguments);
        return options.help() ? frame.usage(DoctorOptions.usage()) : examine(options);
    }

    private int examine(DoctorOptions options) throws IOException {
        Facts facts;
        try (KubernetesClient client = KubectlCluster.open(options.context(), "run it where kubectl works")) {
            facts = new ClusterReader(client, options.namespace(), options.probeNamespace())
                    .read(surroundings.clock().instant().truncatedTo(ChronoUnit.SECONDS));
        }
        Diagnosis diagnosis = Examination.in(options.namespace()).of(facts);
        BufferedOutputStream out = new BufferedOutputStream(surroundings.out(), 1 << 16);
        if (options.output() == Output.JSON) {
            new DoctorJson(out).write(diagnosis, facts);
        } else {
            Writer text = new OutputStreamWriter(out, surroundings.charset());
            new DoctorText(text, surroundings.style()).write(diagnosis, facts);
            text.flush();
        }
        out.flush();
        if (!isSound(diagnosis, options.failOn())) {
            return UNSOUND;
        }
        boolean blind = ESSENTIAL.stream().anyMatch(source -> !facts.isRead(source));
        if (blind && options.failOn() != FailOn.NEVER) {
            // What nobody looked at must not pass for sound, least of all with a program that reads exit codes only.
            err.println(
                    "doctor: too little could be read to call it sound; deploy/doctor/rbac-doctor.yaml has the rights");
            return CommandFrame.BAD_INPUT;
        }
        return SOUND;
    }

    private static boolean isSound(Diagnosis diagnosis, FailOn failOn) {
        return switch (failOn) {
            case ERROR -> diagnosis.count(Severity.ERROR) == 0;
            case WARNING -> diagnosis.count(Severity.ERROR) + diagnosis.count(Severity.WARNING) == 0;
            case NEVER -> true;
        };
    }
}
