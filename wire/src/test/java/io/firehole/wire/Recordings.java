package io.firehole.wire;

import io.firehole.wire.capture.Capture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The recordings in the project's {@code data/}. */
public enum Recordings {
    /** One slot with its accounts, transactions and block meta. */
    BLOCK("mainnet-361774429.capture.gz"),
    /** Nineteen seconds of entries, slots and block metas. */
    STREAM("mainnet-stream-2026-02.capture.gz");

    private final String fileName;

    Recordings(String fileName) {
        this.fileName = fileName;
    }

    public Path file() {
        return Path.of(System.getProperty("firehole.root", ".."), "data", fileName);
    }

    public Capture open() {
        try {
            return Capture.open(file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
