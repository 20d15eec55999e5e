package io.firehole.cli.pilot;

import java.util.Locale;

/**
 * One update that was not the same on both ways.
 *
 * @param what in which way it differs
 * @param kind of update, as its field is called
 * @param slot its slot
 * @param identity what tells it from others of its kind and slot
 * @param names the filter names it came under
 */
public record Difference(What what, String kind, long slot, String identity, String names) {

    /** In which way. */
    public enum What {
        /** It came straight, and not through the gateway: lost. */
        MISSING,
        /** It came through the gateway, and not straight: doubled, or of somebody else. */
        EXTRA,
        /** It came on both ways, with other names or other content. */
        CHANGED;

        /** As people and JSON call it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
