package io.firehole.cli.rpc;

import java.io.IOException;

/** An answer that is none, too large, or not as the protocol has it. The message says what and where, without content. */
final class NotABlockException extends IOException {

    private static final long serialVersionUID = 1;

    NotABlockException(String message) {
        super(message);
    }
}
