package io.firehole.console.otlp;

/**
 * Whose figures they are, as a collector sees it.
 *
 * @param version of the program; empty if nobody knows
 * @param instance tells this process from others that run the same program
 * @param host the name of the machine
 */
public record OtlpSource(String version, String instance, String host) {

    public OtlpSource {
        if (instance.isBlank()) {
            throw new IllegalArgumentException("the instance must have a name");
        }
    }

    /** How HTTP clients name themselves. */
    String userAgent() {
        return version.isEmpty() ? "firehole" : "firehole/" + version;
    }
}
