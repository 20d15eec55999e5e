package io.firehole.pool.merging;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Stands for a filter where many are remembered: equal filters have equal fingerprints, and no two others will ever meet
 * that have (128 bits of SHA-256).
 *
 * @param high the first half
 * @param low the second half
 */
public record Fingerprint(long high, long low) {

    static Fingerprint of(Filter filter) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(filter.kind().fieldName().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(filter.bytes().asReadOnlyByteBuffer());
            ByteBuffer hash = ByteBuffer.wrap(digest.digest());
            return new Fingerprint(hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
