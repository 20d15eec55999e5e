package io.firehole.cli.config;

import java.util.List;

/** The configuration cannot be used. Says everything that is wrong with it, a line each; nothing of it is a secret. */
public final class InvalidConfigurationException extends Exception {

    private static final long serialVersionUID = 1L;

    /** A list that can be serialised, as an exception's fields should. */
    private final String[] problems;

    InvalidConfigurationException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = problems.toArray(String[]::new);
    }

    /** Each fault: where it is, what is wrong, what is allowed. */
    public List<String> problems() {
        return List.of(problems);
    }
}
