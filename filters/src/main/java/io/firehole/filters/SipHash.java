package io.firehole.filters;

/** SipHash-2-4, the keyed hash of cuckoo sets, for input that comes as little-endian words. */
final class SipHash {

    private long v0;
    private long v1;
    private long v2;
    private long v3;

    private SipHash(long k0, long k1) {
        v0 = k0 ^ 0x736f6d6570736575L;
        v1 = k1 ^ 0x646f72616e646f6dL;
        v2 = k0 ^ 0x6c7967656e657261L;
        v3 = k1 ^ 0x7465646279746573L;
    }

    /** Of a key, its length of 8 bytes before it. */
    static long ofKey(long k0, long k1, PublicKey key) {
        SipHash hash = new SipHash(k0, k1);
        hash.word(PublicKey.BYTES);
        for (int i = 0; i < 4; i++) {
            hash.word(Long.reverseBytes(key.word(i)));
        }
        return hash.finish(0, 8 + PublicKey.BYTES);
    }

    /** Of two bytes, the low one first. */
    static long ofFingerprint(long k0, long k1, int fingerprint) {
        return new SipHash(k0, k1).finish(fingerprint, 2);
    }

    private void word(long m) {
        v3 ^= m;
        round();
        round();
        v0 ^= m;
    }

    private long finish(long rest, int length) {
        word(rest | (long) length << 56);
        v2 ^= 0xff;
        round();
        round();
        round();
        round();
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private void round() {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
    }
}
