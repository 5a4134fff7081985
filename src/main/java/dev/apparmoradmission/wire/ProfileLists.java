package dev.apparmoradmission.wire;

import dev.apparmoradmission.profile.ProfileList;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Keeps one copy of equal profile lists: nodes of one pool hold the same profiles, and a list can be long. A list that no
 * inventory uses any more is forgotten. Safe for use by several threads.
 */
public final class ProfileLists {

    private final Map<ProfileList, WeakReference<ProfileList>> known = new WeakHashMap<>();

    /** The list, or the equal one that was there before it. */
    public synchronized ProfileList shared(ProfileList list) {
        WeakReference<ProfileList> reference = known.get(list);
        ProfileList present = reference == null ? null : reference.get();
        if (present != null) {
            return present;
        }
        known.put(list, new WeakReference<>(list));
        return list;
    }
}
