package dev.apparmoradmission.workload;

import dev.apparmoradmission.profile.Profile;

/**
 * The profile that counts for a container, and where it is declared.
 *
 * @param profile what counts
 * @param source where it stands
 */
public record EffectiveProfile(Profile profile, ProfileSource source) {}
