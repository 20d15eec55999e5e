package io.firehole.gateway.access;

/** What a monitor may be called: something that stands in a log line, a metric's label or a page without doing harm. */
final class MonitorIds {

    /** The longest monitor id, in characters. */
    static final int LENGTH_MAX = 128;

    private MonitorIds() {}

    /**
     * Checks an id.
     *
     * @param what names the value in the error
     * @return the id
     * @throws IllegalArgumentException if it is empty, too long, or has anything but printable ASCII in it
     */
    static String check(String id, String what) {
        if (id.isEmpty() || id.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    what + " must have 1 to " + LENGTH_MAX + " characters, had " + id.length());
        }
        for (int i = 0; i < id.length(); i++) {
            if (id.charAt(i) < ' ' || id.charAt(i) > '~') {
                throw new IllegalArgumentException(
                        what + " must be printable ASCII, character " + (i + 1) + " was not");
            }
        }
        return id;
    }
}
