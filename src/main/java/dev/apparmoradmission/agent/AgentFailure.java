package dev.apparmoradmission.agent;

/** What keeps the agent from its work until somebody changes its surroundings; the message is one line with the way out. */
final class AgentFailure extends Exception {

    private static final long serialVersionUID = 1L;

    AgentFailure(String message) {
        super(message);
    }
}
