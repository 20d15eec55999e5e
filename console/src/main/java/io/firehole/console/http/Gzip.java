package io.firehole.console.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/** Packs what is sent, for who can unpack it. Any thread. */
public final class Gzip {

    private Gzip() {}

    /** These bytes, packed as RFC 1952 says. */
    public static byte[] packed(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(bytes.length / 4 + 64);
        try (GZIPOutputStream zip = new GZIPOutputStream(packed)) {
            zip.write(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException("an array takes everything", impossible);
        }
        return packed.toByteArray();
    }
}
