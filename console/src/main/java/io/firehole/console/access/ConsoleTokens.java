package io.firehole.console.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The tokens that callers of the console may present, and whom each one names. Immutable; any thread.
 *
 * <p>Only digests are kept, and a presented token is compared with all of them in constant time, so that neither memory nor the
 * time of an answer tells a token.
 */
public final class ConsoleTokens {

    /** How many tokens a file may have. */
    static final int TOKENS_MAX = 1_000;

    /** A token shorter than this can be guessed. */
    static final int TOKEN_CHARS_MIN = 16;

    private static final Pattern NAME = Pattern.compile("[\\w.@-]{1,64}");

    private final List<byte[]> digests;
    private final List<Caller> callers;

    private ConsoleTokens(List<byte[]> digests, List<Caller> callers) {
        this.digests = List.copyOf(digests);
        this.callers = List.copyOf(callers);
    }

    /**
     * Reads a file of lines {@code token role [name]}; empty lines and lines that begin with {@code #} say nothing.
     *
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException if a line is wrong; the message names file and line, and never a token
     */
    public static ConsoleTokens read(Path file) throws IOException {
        List<byte[]> digests = new ArrayList<>();
        List<Caller> callers = new ArrayList<>();
        Map<String, Integer> lineOf = new HashMap<>();
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (digests.size() == TOKENS_MAX) {
                throw new IllegalArgumentException(file + ": more than " + TOKENS_MAX + " tokens");
            }
            String[] words = line.split("\\s+", -1);
            String where = file + " line " + (i + 1);
            callers.add(caller(words, where, i + 1));
            Integer before = lineOf.putIfAbsent(words[0], i + 1);
            if (before != null) {
                throw new IllegalArgumentException(where + ": the token stands in line " + before
                        + " already; each caller needs one of their own");
            }
            digests.add(digest(words[0]));
        }
        if (digests.isEmpty()) {
            throw new IllegalArgumentException(file + ": has no token, so nobody could ask anything");
        }
        return new ConsoleTokens(digests, callers);
    }

    private static Caller caller(String[] words, String where, int line) {
        if (words.length < 2 || words.length > 3) {
            throw new IllegalArgumentException(where + ": must be 'token role [name]', has " + words.length + " words");
        }
        if (words[0].length() < TOKEN_CHARS_MIN) {
            throw new IllegalArgumentException(where + ": the token must have at least " + TOKEN_CHARS_MIN
                    + " characters, has " + words[0].length());
        }
        Role role = Role.of(words[1])
                .orElseThrow(() -> new IllegalArgumentException(where + ": role must be viewer, operator or admin"));
        if (words.length == 3 && !NAME.matcher(words[2]).matches()) {
            throw new IllegalArgumentException(where + ": name must have 1 to 64 letters, digits and any of . _ @ -");
        }
        return new Caller(words.length == 3 ? words[2] : role.word() + " of line " + line, role);
    }

    /**
     * Whom a token names; empty if it is none of ours.
     *
     * @param presented its {@link #digest}
     */
    Optional<Caller> callerOf(byte[] presented) {
        Caller found = null;
        for (int i = 0; i < digests.size(); i++) {
            if (MessageDigest.isEqual(digests.get(i), presented)) {
                found = callers.get(i); // and go on: the time must not tell where it stands
            }
        }
        return Optional.ofNullable(found);
    }

    @Override
    public String toString() {
        return "ConsoleTokens[" + digests.size() + " tokens, hidden]";
    }

    /** What is kept of a token. */
    static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
