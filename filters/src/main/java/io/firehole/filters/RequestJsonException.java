package io.firehole.filters;

import java.io.Serial;

/** JSON that is no {@code SubscribeRequest}: the message names what is wrong and where. */
public final class RequestJsonException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    RequestJsonException(String message) {
        super(message);
    }
}
