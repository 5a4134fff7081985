package dev.apparmoradmission.cluster.event;

import dev.apparmoradmission.cluster.leader.Refusal;

/** How Events get to the API server. */
interface EventWrites {

    /**
     * Makes the Event.
     *
     * @return whether there was none; false where this or another replica has made it before
     */
    boolean create(PolicyEvent event) throws Refusal;

    /**
     * Says that it is seen again.
     *
     * @param count how often, 2 or more
     * @return whether it is still there; the API server forgets Events after an hour
     */
    boolean repeat(PolicyEvent event, int count) throws Refusal;
}
