package io.firehole.cli.config;

import io.firehole.cli.logging.Redaction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads files whose content may be shown nowhere: tokens, passwords, URLs with keys. One thread. */
final class Secrets {

    /** No token, password or URL is longer. */
    private static final int BYTES_MAX = 16 << 10;

    private final List<String> problems;

    /** @param problems takes what is wrong, without content */
    Secrets(List<String> problems) {
        this.problems = problems;
    }

    /**
     * What a file holds, without the blanks around it. From now on the log hides it.
     *
     * @param key who names the file
     * @return empty, and a problem, if it cannot be read
     */
    Optional<String> in(Path path, Key<Path> key) {
        String place = key.path() + ": " + path;
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            if (bytes.length > BYTES_MAX) {
                problems.add(place + " is larger than " + Values.showBytes(BYTES_MAX) + "; no secret is");
                return Optional.empty();
            }
            String secret = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString()
                    .strip();
            Redaction.hide(secret);
            return Optional.of(secret);
        } catch (NoSuchFileException missing) {
            problems.add(place + " does not exist");
        } catch (IOException unreadable) {
            problems.add(
                    place + " cannot be read as text: " + unreadable.getClass().getSimpleName());
        }
        return Optional.empty();
    }
}
