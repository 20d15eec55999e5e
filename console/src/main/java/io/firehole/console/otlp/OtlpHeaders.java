package io.firehole.console.otlp;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Headers by which a collector knows who sends. Their values are secrets: {@code toString} hides them. Immutable. */
public final class OtlpHeaders {

    /** None. */
    public static final OtlpHeaders NONE = new OtlpHeaders(Map.of());

    /** Far above what collectors ask for. */
    static final int HEADERS_MAX = 32;

    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9a-z-]{1,128}");
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]+");

    private static final Pattern SCHEME_AND_KEY = Pattern.compile("[A-Za-z]+ \\S+");

    /** What the request itself says. */
    private static final Set<String> TAKEN = new TreeSet<>(Set.of(
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "expect",
            "host",
            "transfer-encoding",
            "upgrade",
            "user-agent"));

    private final Map<String, String> values;

    private OtlpHeaders(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Those of lines {@code name: value}; empty lines and lines that begin with {@code #} say nothing.
     *
     * @throws IllegalArgumentException if there is none or one is wrong; the message names the line, and never a value
     */
    public static OtlpHeaders of(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String where = "line " + (i + 1);
            int colon = line.indexOf(':');
            String name = line.substring(0, Math.max(0, colon)).strip().toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            // A line without its colon may be a key alone: it is not repeated.
            if (!NAME.matcher(name).matches() || !VALUE.matcher(value).matches()) {
                throw new IllegalArgumentException(where + ": must be 'name: value', in ASCII");
            }
            if (TAKEN.contains(name)) {
                throw new IllegalArgumentException(where + ": must not be one of " + String.join(", ", TAKEN));
            }
            if (values.put(name, value) != null) {
                throw new IllegalArgumentException(where + ": this header stands in an earlier line already");
            }
            if (values.size() > HEADERS_MAX) {
                throw new IllegalArgumentException("must have at most " + HEADERS_MAX + " headers");
            }
        }
        if (values.isEmpty()) {
            throw new IllegalArgumentException("must have a header, as in api-key: KEY");
        }
        return new OtlpHeaders(values);
    }

    /** What must appear nowhere: every value, and of {@code Bearer KEY} the key as well. */
    public List<String> secrets() {
        return values.values().stream()
                .flatMap(value -> SCHEME_AND_KEY.matcher(value).matches()
                        ? Stream.of(value, value.substring(value.indexOf(' ') + 1))
                        : Stream.of(value))
                .distinct()
                .toList();
    }

    Map<String, String> values() {
        return values;
    }

    @Override
    public String toString() {
        return "OtlpHeaders[" + values.size() + " headers, hidden]";
    }
}
