package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.Confinement;
import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.decision.Confinements;
import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileMode;
import java.util.List;
import java.util.function.Predicate;

/**
 * The profile is loaded on an eligible node, but in a mode that {@code localhost.modes} does not accept: complain only logs,
 * unconfined and prompt restrain nothing (node-truth 08, 09). The runtime's own default profile counts too where a node lists
 * it in a mode that restrains nothing, for it is then used as it is (node-truth 31b).
 */
final class LocalhostMode implements RuleCheck {

    @Override
    public void examine(Examination examination) {
        if (examination.ignores(Rule.LOCALHOST_MODE)) {
            return;
        }
        boolean anyNodeSuffices = examination.anyNodeSuffices();
        for (int i = 0; i < examination.containers().size(); i++) {
            JudgedContainer container = examination.containers().get(i);
            if (container.profile() instanceof Profile.Unconfined) {
                continue;
            }
            boolean localhost = container.profile() instanceof Profile.Localhost;
            Predicate<Confinement> isWeak = localhost
                    ? confinement -> isOutsideModes(confinement, examination)
                    : confinement -> isOutsideModes(confinement, examination) && confinement.level() != Level.ENFORCED;
            Confinements row = examination.lookups().get(i);
            List<Part> weak = row.parts(isWeak);
            if (weak.isEmpty() || localhost && anyNodeSuffices) {
                continue;
            }
            Confinement worst = row.worst(isWeak, Confinement.NOT_APPLICABLE);
            List<String> nodes = Examination.names(weak);
            examination.see(
                    Rule.LOCALHOST_MODE,
                    container,
                    message(localhost, worst, examination.share(nodes)),
                    "switch it to enforce mode there, or name a profile that is in enforce mode",
                    nodes,
                    Action.ENFORCE);
        }
    }

    private static boolean isOutsideModes(Confinement confinement, Examination examination) {
        return confinement.isBecause(Cause.RESERVED_NAME)
                || confinement
                        .mode()
                        .filter(mode ->
                                !examination.policy().localhost().modes().contains(mode))
                        .isPresent();
    }

    private static String message(boolean localhost, Confinement worst, String share) {
        if (worst.isBecause(Cause.RESERVED_NAME)) {
            return "the kernel takes its Localhost profile for unconfined on " + share;
        }
        String mode = worst.mode().map(ProfileMode::kernelName).orElse("another");
        String effect = switch (worst.level()) {
            case COMPLAIN -> ": it only logs";
            case ENFORCED -> ", which the policy does not accept";
            default -> ": it restrains nothing";
        };
        return (localhost ? "Localhost profile " : "the runtime's default profile ") + Quoted.of(worst.profile())
                + " is in " + mode + " mode on " + share + effect;
    }
}
