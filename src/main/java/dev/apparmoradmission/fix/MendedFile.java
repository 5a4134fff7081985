package dev.apparmoradmission.fix;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.manifest.ManifestFiles.ManifestFile;
import dev.apparmoradmission.manifest.WorkloadsOfFiles;
import dev.apparmoradmission.manifest.WrittenWorkload;
import dev.apparmoradmission.manifest.WrittenWorkload.Understood;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.edit.FileEdits;
import dev.apparmoradmission.wire.edit.FileEdits.Edited;
import dev.apparmoradmission.wire.edit.FileEdits.Request;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A file and what can be mended in it.
 *
 * @param edited the text, before and after
 * @param done a line for each thing that is mended
 * @param left a line for each thing that a person must mend
 * @param unreadable a line for each thing that cannot be read
 */
record MendedFile(Edited edited, List<String> done, List<String> left, List<String> unreadable) {

    /** What it is for: left over, each of these is told even where a policy only warns of it. */
    private static final Set<Rule> OURS =
            Set.of(Rule.PROFILE_MISSING, Rule.ANNOTATION_MALFORMED, Rule.ANNOTATION_DEPRECATED);

    /** Copies the lists. */
    MendedFile {
        done = List.copyOf(done);
        left = List.copyOf(left);
        unreadable = List.copyOf(unreadable);
    }

    /** Whether anything is mended. */
    boolean isChanged() {
        return !edited.splices().isEmpty();
    }

    /**
     * Mends a file.
     *
     * @param content what it holds
     * @param renames whether names that no node knows are mended as well
     */
    static MendedFile of(ManifestFile file, byte[] content, Snapshot snapshot, Instant now, boolean renames)
            throws IOException {
        Read read = Read.of(file, content);
        List<String> unreadable = new ArrayList<>(read.problems());
        List<Request> requests = new ArrayList<>();
        List<WrittenWorkload> requesters = new ArrayList<>();
        List<List<Change>> wanted = new ArrayList<>();
        for (WrittenWorkload written : read.workloads()) {
            if (written.content() instanceof Understood understood) {
                List<Change> changes = Change.between(
                        understood.workload(),
                        Mending.of(understood.workload(), snapshot, now, renames),
                        written.places().root());
                if (!changes.isEmpty()) {
                    requests.add(new Request(
                            written.document(),
                            changes.stream().map(Change::edit).toList()));
                    requesters.add(written);
                    wanted.add(changes);
                }
            }
        }
        Edited edited = Edited.NOTHING;
        if (!requests.isEmpty()) {
            try {
                edited = FileEdits.of(content, requests);
            } catch (MalformedDocumentException tooLarge) {
                unreadable.add(file.path() + ": " + tooLarge.problem());
            }
        }
        List<String> done = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (int i = 0; i < requests.size() && !edited.equals(Edited.NOTHING); i++) {
            WrittenWorkload written = requesters.get(i);
            List<Change> changes = wanted.get(i);
            String refusal = edited.refused().get(i);
            if (refusal != null) {
                left.add(line(written, changes.get(0).in(written.places()), "not mended: " + refusal));
            } else {
                changes.forEach(change -> done.add(line(written, change.in(written.places()), change.text())));
            }
        }
        byte[] after = edited.splices().isEmpty() ? content : edited.content();
        left.addAll(left(read.workloads(), Read.of(file, after).workloads(), snapshot, now));
        return new MendedFile(edited, done, left, unreadable);
    }

    /** What is left to mend in the file as it is now, at the lines where it is in the file as it was. */
    private static List<String> left(
            List<WrittenWorkload> before, List<WrittenWorkload> after, Snapshot snapshot, Instant now) {
        List<String> left = new ArrayList<>();
        for (int i = 0; i < after.size(); i++) {
            WrittenWorkload written = before.get(i);
            Decision decision = after.get(i).judge(snapshot, now).decision();
            List<Finding> findings = decision.findings();
            for (Finding finding : findings) {
                if (counts(finding, findings)) {
                    String text = finding.subject() + ": " + finding.message() + " ["
                            + finding.rule().id() + ", policy "
                            + Quoted.bare(finding.policy()) + "]"
                            + (finding.fix().isEmpty() ? "" : " - " + finding.fix());
                    left.add(line(written, written.judged(decision).place(finding), text));
                }
            }
        }
        return left;
    }

    private static boolean counts(Finding finding, List<Finding> all) {
        // What is malformed is told as such, not as deprecated once more.
        boolean told = finding.rule() == Rule.ANNOTATION_DEPRECATED
                && all.stream()
                        .anyMatch(other -> other.rule() == Rule.ANNOTATION_MALFORMED
                                && other.path().equals(finding.path()));
        return finding.action() == Action.ENFORCE
                || finding.action() == Action.WARN && OURS.contains(finding.rule()) && !told;
    }

    private static String line(WrittenWorkload workload, Place place, String text) {
        String name = workload.name().isEmpty() ? "(no name)" : Printable.of(workload.name());
        return Printable.of(workload.file()) + ":" + place.line() + ": " + Printable.of(workload.kind()) + " "
                + Printable.of(workload.namespace()) + "/" + name + ", " + text;
    }

    /** What is read of a file. */
    private record Read(List<WrittenWorkload> workloads, List<String> problems)
            implements WorkloadsOfFiles.Reader<WrittenWorkload> {

        static Read of(ManifestFile file, byte[] content) throws IOException {
            Read read = new Read(new ArrayList<>(), new ArrayList<>());
            WorkloadsOfFiles.read(file, content, read);
            return read;
        }

        @Override
        public void workload(WrittenWorkload workload) {
            workloads.add(workload);
        }

        @Override
        public void problem(String line) {
            problems.add(line);
        }

        @Override
        public void note(String line) {
            // What is no Kubernetes object has nothing to mend.
        }
    }
}
