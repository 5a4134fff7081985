package dev.apparmoradmission.wire;

/**
 * The object that made another and keeps it: the owner that is its controller.
 *
 * @param kind its kind; empty where the reference does not say
 * @param name its name, in the same namespace; empty where the reference does not say
 */
public record ObjectOwner(String kind, String name) {}
