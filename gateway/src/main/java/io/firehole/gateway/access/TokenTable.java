package io.firehole.gateway.access;

import io.firehole.pool.Group;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that monitors may present, and whom each one names. Immutable.
 *
 * <p>Only digests are kept, and a presented token is compared with all of them in constant time, so that neither memory nor
 * the time of an answer tells a token.
 */
public final class TokenTable {

    /** How many tokens a file may have: each call is compared with all of them. */
    static final int TOKENS_MAX = 10_000;

    /**
     * Whom a token names.
     *
     * @param monitorId the monitor's id
     * @param group its group, if the file says one
     */
    record Bearer(String monitorId, Optional<Group> group) {}

    /** The digests of the tokens, and at the same place whom each names. */
    private final List<byte[]> digests;

    private final List<Bearer> bearers;

    private TokenTable(List<byte[]> digests, List<Bearer> bearers) {
        this.digests = List.copyOf(digests);
        this.bearers = List.copyOf(bearers);
    }

    /**
     * Reads a file of lines {@code token monitor-id [group]}; empty lines and lines that begin with {@code #} say nothing.
     *
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException if a line is wrong; the message names file and line, and never a token
     */
    public static TokenTable read(Path file) throws IOException {
        List<byte[]> digests = new ArrayList<>();
        List<Bearer> bearers = new ArrayList<>();
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
            bearers.add(bearer(words, file + " line " + (i + 1)));
            digests.add(digest(words[0]));
        }
        return new TokenTable(digests, bearers);
    }

    private static Bearer bearer(String[] words, String where) {
        if (words.length < 2 || words.length > 3) {
            throw new IllegalArgumentException(
                    where + ": must be 'token monitor-id [group]', has " + words.length + " words");
        }
        MonitorIds.check(words[1], where + ": monitor-id");
        Optional<Group> group = words.length < 3 ? Optional.empty() : Group.of(words[2]);
        if (words.length == 3 && group.isEmpty()) {
            throw new IllegalArgumentException(where + ": group must be high, medium or low");
        }
        return new Bearer(words[1], group);
    }

    /** Whom that token names; empty if it is none of ours or absent. */
    Optional<Bearer> bearerOf(@Nullable String token) {
        if (token == null) {
            return Optional.empty();
        }
        byte[] presented = digest(token);
        Bearer found = null;
        for (int i = 0; i < digests.size(); i++) {
            if (MessageDigest.isEqual(digests.get(i), presented)) {
                found = bearers.get(i); // and go on: the time must not tell where it stands
            }
        }
        return Optional.ofNullable(found);
    }

    @Override
    public String toString() {
        return "TokenTable[" + digests.size() + " tokens, hidden]";
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
