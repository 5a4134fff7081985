package dev.apparmoradmission.e2e.webhook;

/** The webhook that the API server asks, wherever it runs. */
public sealed interface Webhook extends AutoCloseable permits WebhookProcess, InstalledWebhook {
    /** Its metrics now; of several replicas all, one after the other, so that sums are those of all. */
    Metrics metrics();

    /** What it has logged. */
    String log();

    /** The last lines of what it has logged, for a failure's report. */
    String tail(int lines);

    /** Whether it runs. */
    boolean alive();

    /** What changes when it is started anew: a test that claims "without a restart" compares it. */
    String incarnation();

    /** Asked no more. */
    @Override
    void close();
}
