package dev.apparmoradmission.report;

/**
 * How many workloads were judged, and how.
 *
 * @param workloads all
 * @param allowed those that would be let in
 * @param denied those that would not
 * @param warned those with at least one warning, let in or not
 * @param known those that would not be let in, for nothing that was not known before
 */
public record Summary(int workloads, int allowed, int denied, int warned, int known) {

    /** Nothing was judged. */
    public static final Summary NONE = new Summary(0, 0, 0, 0, 0);

    /** With one more. */
    public Summary and(Judgement judgement) {
        boolean isAllowed = judgement.decision().allowed();
        return new Summary(
                workloads + 1,
                allowed + (isAllowed ? 1 : 0),
                denied + (isAllowed ? 0 : 1),
                warned + (judgement.isWarned() ? 1 : 0),
                known + (judgement.verdict() == Judgement.Verdict.KNOWN ? 1 : 0));
    }
}
