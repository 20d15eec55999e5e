package io.firehole.cli.console;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads keys from a terminal that hands on each as it is pressed. One thread, which waits. */
public final class Keys {

    /** The names of keys that are no character. */
    public static final String UP = "up";

    public static final String DOWN = "down";
    public static final String PAGE_UP = "page-up";
    public static final String PAGE_DOWN = "page-down";
    public static final String ENTER = "enter";
    public static final String ESCAPE = "escape";
    public static final String BACKSPACE = "backspace";

    /** What a terminal sends for a key that it does not say by a character. */
    private static final int ESC = 27;

    private static final int DELETE = 127;

    private final InputStream in;

    public Keys(InputStream in) {
        this.in = in;
    }

    /**
     * The next key: a character, or one of the names above; an empty text for one that has no name here.
     *
     * @return null when there are no more
     */
    public @Nullable String next() throws IOException {
        int read = in.read();
        return switch (read) {
            case -1 -> null;
            case '\r', '\n' -> ENTER;
            case '\b', DELETE -> BACKSPACE;
            case ESC -> in.available() == 0 ? ESCAPE : sequence();
            default -> read < ' ' ? "" : String.valueOf((char) read);
        };
    }

    private String sequence() throws IOException {
        int kind = in.read();
        if (kind != '[' && kind != 'O') {
            return ESCAPE;
        }
        int code = in.read();
        return switch (code) {
            case 'A' -> UP;
            case 'B' -> DOWN;
            case '5' -> tilded(PAGE_UP);
            case '6' -> tilded(PAGE_DOWN);
            default -> "";
        };
    }

    private String tilded(String key) throws IOException {
        int tilde = in.read();
        return tilde == '~' ? key : "";
    }
}
