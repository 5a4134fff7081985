package dev.apparmoradmission.policylint;

import dev.apparmoradmission.wire.PolicyDocument;

/**
 * A policy or a grant, and where it stands.
 *
 * @param value the policy or grant
 * @param document where it stands
 */
record Placed<T>(T value, PolicyDocument document) {}
