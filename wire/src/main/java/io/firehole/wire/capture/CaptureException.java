package io.firehole.wire.capture;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A file that is no good recording: the message names the file, what is wrong with it and where. */
public final class CaptureException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    CaptureException(String message) {
        super(message);
    }

    CaptureException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
