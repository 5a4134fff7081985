package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import java.util.ArrayList;
import java.util.List;

/**
 * A Localhost profile is used and an eligible node has no inventory, or one older than {@code localhost.maxAge}. It fails
 * closed: the profile may be missing there, or in a mode that restrains nothing. Only where no inventory was given at all
 * (a check of files without one) it is never more than a warning, for then nothing could pass.
 */
final class InventoryUnknown implements RuleCheck {

    @Override
    public void examine(Examination examination) {
        boolean anyNodeSuffices = examination.anyNodeSuffices();
        for (JudgedContainer container : examination.containers()) {
            if (!anyNodeSuffices && container.profile() instanceof Profile.Localhost localhost) {
                examine(examination, container, localhost.name());
            }
        }
    }

    private static void examine(Examination examination, JudgedContainer container, String name) {
        if (!examination.inventoried()) {
            examination.see(
                    Rule.INVENTORY_UNKNOWN,
                    container,
                    "Localhost profile " + Quoted.of(name) + " could not be looked up: there is no inventory",
                    "give the inventory of the nodes",
                    List.of(),
                    Action.WARN);
            return;
        }
        List<Part> unknown = examination.eligible().unknown();
        if (unknown.isEmpty()) {
            return;
        }
        List<Member> members = new ArrayList<>();
        unknown.forEach(part -> members.addAll(part.members()));
        examination.see(
                Rule.INVENTORY_UNKNOWN,
                container,
                "whether Localhost profile " + Quoted.of(name) + " is loaded is not known on "
                        + examination.share(
                                members.size(),
                                Examination.detailed(members, member -> whyUnknown(member, examination))),
                "see that the agent runs there or publish the inventory by hand, or keep the pod off those nodes",
                Examination.names(unknown),
                Action.ENFORCE);
    }

    private static String whyUnknown(Member member, Examination examination) {
        return switch (member.appArmor().state()) {
            case REBOOTED -> "inventory from before its reboot";
            case REPLACED -> "inventory of an earlier node of that name";
            case ENABLED, STALE, DISABLED ->
                member.inventory()
                        .flatMap(NodeInventory::observedAt)
                        .map(observed -> "inventory " + Age.between(observed, examination.now()))
                        .orElse("inventory too old");
            case UNREPORTED -> "no inventory";
        };
    }
}
