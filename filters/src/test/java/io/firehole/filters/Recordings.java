package io.firehole.filters;

import io.firehole.wire.capture.Capture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The recordings in {@code data/}, each read once. */
public final class Recordings {

    /** Slots, accounts, transactions and the block meta of one slot. */
    public static final String SLOT = "mainnet-361774429";

    /** Entries, slots and block metas of nineteen seconds. */
    public static final String STREAM = "mainnet-stream-2026-02";

    private static final Path DATA = Path.of(System.getProperty("firehole.root"), "data");
    private static final Map<String, Capture> OPENED = new ConcurrentHashMap<>();

    private Recordings() {}

    public static Capture open(String name) {
        return OPENED.computeIfAbsent(name, file -> {
            try {
                return Capture.open(DATA.resolve(file + ".capture.gz"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The page that says what is in them, and what filters must pass of them. */
    public static String page() {
        try {
            return Files.readString(DATA.resolve("README.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
