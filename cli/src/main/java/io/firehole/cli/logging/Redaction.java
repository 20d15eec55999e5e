package io.firehole.cli.logging;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of text: those it was told of, and whatever stands behind the name of a token's header.
 *
 * <p>One for the process, as the log is. Any thread.
 */
public final class Redaction {

    /** Shorter texts are no secrets, and would blank out ordinary words. */
    private static final int SECRET_LENGTH_MIN = 4;

    /** Far above what a configuration names; more would only slow the log down. */
    private static final int SECRETS_MAX = 1_024;

    private static final String HIDDEN = "[hidden]";
    private static final Pattern TOKEN_HEADER =
            Pattern.compile("(?i)((?:x-token|authorization)[\"']?\\s*[=:,]\\s*\\[?[\"']?)([^\\s\"',\\]})]+)");
    private static final List<String> SECRETS = new CopyOnWriteArrayList<>();

    private Redaction() {}

    /** From now on this text appears in no log line and no error message. */
    public static void hide(String secret) {
        if (secret.length() >= SECRET_LENGTH_MIN && SECRETS.size() < SECRETS_MAX && !SECRETS.contains(secret)) {
            SECRETS.add(secret);
        }
    }

    /** The text without secrets. */
    public static String of(String text) {
        String clean = text;
        for (String secret : SECRETS) {
            clean = clean.replace(secret, HIDDEN);
        }
        return TOKEN_HEADER.matcher(clean).replaceAll("$1" + Matcher.quoteReplacement(HIDDEN));
    }
}
