package dev.apparmoradmission.webhook;

import java.util.Optional;

/** The two ways into the webhook. */
enum Door {
    /** Writes defaults; denies only what cannot be read. */
    MUTATE("/mutate", "mutate"),
    /** Denies. */
    VALIDATE("/validate", "validate");

    private final String path;
    private final String label;

    Door(String path, String label) {
        this.path = path;
        this.label = label;
    }

    /** The path of the URL. */
    String path() {
        return path;
    }

    /** The name in metrics and the log. */
    String label() {
        return label;
    }

    /** The door at that path of a URL. */
    static Optional<Door> at(String path) {
        for (Door door : values()) {
            if (door.path.equals(path)) {
                return Optional.of(door);
            }
        }
        return Optional.empty();
    }
}
