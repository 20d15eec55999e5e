package io.firehole.simulator.chain;

import java.io.ByteArrayOutputStream;

/** Messages laid end to end while templates are made. */
final class TemplateBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Where the next message will begin. */
    int end() {
        return bytes.size();
    }

    void add(byte[] message) {
        bytes.writeBytes(message);
    }

    byte[] all() {
        return bytes.toByteArray();
    }
}
