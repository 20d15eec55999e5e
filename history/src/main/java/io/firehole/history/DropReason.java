package io.firehole.history;

import java.util.Locale;

/** Why rows were not kept, or not for as long as they should have been. Its {@link #word} is the same everywhere, for ever. */
public enum DropReason {
    /** The file took nothing for so long that what waited for it passed {@link HistorySettings#queueRows}. */
    QUEUE_FULL,
    /** They came when the seconds of their time had already been forgotten. */
    TOO_LATE,
    /** There was already a row of the same stream and second: the clock went back. */
    SAME_SECOND,
    /** They came after {@link History#close}, or could not be written before it. */
    CLOSED,
    /** The file passed {@link HistorySettings#bytesMax}: seconds were forgotten before their time. */
    FILE_FULL,
    /** They were forgotten before the database had them: it was away for too long. */
    NOT_FORWARDED;

    /** As in {@code queue-full}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
