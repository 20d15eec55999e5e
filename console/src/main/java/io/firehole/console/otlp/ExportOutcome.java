package io.firehole.console.otlp;

/** What came of an export. */
enum ExportOutcome {

    /** The collector took all of it. */
    SENT("sent"),

    /** The collector took it, but for some of its points. */
    PARTIAL("partial"),

    /** The collector answered, and did not take it. */
    REFUSED("refused"),

    /** There was no whole answer in time. */
    LATE("late"),

    /** There was no answer: no connection could be made, or it broke. */
    UNREACHABLE("unreachable"),

    /** There was nothing to send, because the figures could not be read or are too many. */
    FAILED("failed");

    private final String word;

    ExportOutcome(String word) {
        this.word = word;
    }

    /** As the value of a label. The words are for ever. */
    String word() {
        return word;
    }
}
