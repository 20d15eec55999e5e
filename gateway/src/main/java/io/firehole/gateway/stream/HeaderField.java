package io.firehole.gateway.stream;

import java.util.Objects;

/**
 * One piece of metadata as it travels: a name in lower case and printable text, which is base64 where the name ends in
 * {@code -bin}.
 */
public record HeaderField(String name, String value) {

    public HeaderField {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
    }
}
