package io.firehole.cli;

import io.firehole.filters.RequestJsonException;
import io.firehole.filters.SubscribeRequests;
import io.firehole.wire.proto.SubscribeRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The value of {@code --request}: a {@code SubscribeRequest} as proto3 JSON, or a file that holds one. */
final class RequestOption {

    /** The reference server takes requests of 4 MiB; in JSON, with room for blanks, they are longer. */
    private static final long REQUEST_BYTES_MAX = 64 << 20;

    private RequestOption() {}

    /**
     * The request that is meant.
     *
     * @throws CommandFailure if it cannot be read
     */
    static SubscribeRequest read(String request) {
        try {
            return SubscribeRequests.fromJson(
                    request.stripLeading().startsWith("{") ? request : text(Path.of(request)));
        } catch (RequestJsonException invalid) {
            throw usage("--request: " + invalid.getMessage(), invalid);
        } catch (NoSuchFileException missing) {
            throw usage("--request: there is no file " + request + ", and it is no JSON object", missing);
        } catch (IOException unreadable) {
            throw usage("--request: " + request + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    private static String text(Path file) throws IOException {
        if (Files.isRegularFile(file) && Files.size(file) > REQUEST_BYTES_MAX) {
            throw new IOException("larger than " + (REQUEST_BYTES_MAX >> 20) + " MiB");
        }
        return Files.readString(file);
    }

    private static CommandFailure usage(String message, Throwable cause) {
        return new CommandFailure(ExitCode.USAGE, message, cause);
    }
}
