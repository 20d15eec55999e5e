package io.firehole.cli.console;

import com.fasterxml.jackson.databind.JsonNode;

/** What came of a question. */
public sealed interface ConsoleAnswer {

    /** The data asked for. */
    record Data(JsonNode data) implements ConsoleAnswer {}

    /**
     * The console has no answer.
     *
     * @param status of HTTP: 404 for what there is not, 400 for what cannot be asked
     * @param why in the console's words
     */
    record Problem(int status, String why) implements ConsoleAnswer {}

    /** No console answers there. */
    record Unreachable(String why) implements ConsoleAnswer {}
}
