package io.firehole.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.CuckooFilter;
import io.firehole.wire.proto.CuckooHashAlgorithm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CuckooSetTest {

    /** The golden data of the reference implementation. */
    private static final String GOLDEN_47 = "62e14c77be940e650b29d90377ae00004259c3445feae6e914310ab100000000"
            + "db3826a1351e0b7bd7bd142c7b22b0830cbd86e3cde48e75446c6193cb1ddeda68ffcc0a91ef0000"
            + "000000000000000029fe10c7254d0000aa1117e12207b4777d3d000000000000c7e4983eb7720000d1f4f8096841e642"
            + "0000000000000000";

    private static PublicKey repeated(int b) {
        byte[] bytes = new byte[PublicKey.BYTES];
        Arrays.fill(bytes, (byte) b);
        return PublicKey.of(ByteString.copyFrom(bytes));
    }

    @ParameterizedTest(name = "key 0x{0} repeated")
    @CsvSource({
        "01, e584c55a855c2111, c55a, 1cfbdb9785330a60",
        "07, 4a324d9be983f268, 4d9b, 3adeff5e5d150940",
        "00, 047eb4023557b38f, b402, ee4612fe166b26ac",
        "ff, 22b794b3d393d3a4, 94b3, 08678c64870a2a8e"
    })
    void hashesAsTheReference(String key, String hash, String fingerprint, String fingerprintHash) {
        long seed = CuckooSet.DEFAULT_SEED;
        long rotated = Long.rotateLeft(seed, 32);

        long found = SipHash.ofKey(seed, rotated, repeated(Integer.parseInt(key, 16)));
        int foundFingerprint = Integer.parseInt(fingerprint, 16);

        assertThat(HexFormat.of().toHexDigits(found)).isEqualTo(hash);
        assertThat(CuckooSet.fingerprint(found)).isEqualTo(foundFingerprint);
        assertThat(HexFormat.of().toHexDigits(SipHash.ofFingerprint(seed, rotated, foundFingerprint)))
                .isEqualTo(fingerprintHash);
    }

    @Test
    void aFingerprintIsNeverTheMarkOfAFreePlace() {
        assertThat(CuckooSet.fingerprint(0xffff_0000_ffff_ffffL)).isEqualTo(1);
    }

    @Test
    void encodesThreeKeysAsTheReference() {
        CuckooSet set = new CuckooSet(3);
        for (int b = 1; b <= 3; b++) {
            assertThat(set.insert(repeated(b))).isTrue();
        }

        assertThat(set.encode())
                .isEqualTo(CuckooFilter.newBuilder()
                        .setData(ByteString.fromHex("5ac5f0bc8b530000"))
                        .setBucketCount(1)
                        .setEntriesPerBucket(4)
                        .setFingerprintBits(16)
                        .setHashSeed(0x796c6c7773746e21L)
                        .setHashAlgorithm(CuckooHashAlgorithm.SIP_HASH)
                        .build());
    }

    @Test
    void encodesFortySevenKeysWithKicksAsTheReference() {
        CuckooSet set = new CuckooSet(32, 0x0123456789abcdefL);
        for (int b = 0; b <= 46; b++) {
            assertThat(set.insert(repeated(b))).isTrue();
        }

        assertThat(set.bucketCount()).isEqualTo(16);
        assertThat(HexFormat.of().formatHex(set.encode().getData().toByteArray()))
                .isEqualTo(GOLDEN_47);
        for (int b = 0; b <= 46; b++) {
            assertThat(set.contains(repeated(b))).isTrue();
            assertThat(CuckooSet.of(set.encode()).contains(repeated(b))).isTrue();
        }
    }

    @ParameterizedTest(name = "{0} keys")
    @CsvSource({
        "0, 1",
        "1, 1",
        "3, 1",
        "4, 2",
        "7, 2",
        "8, 4",
        "15, 4",
        "16, 8",
        "32, 16",
        "1000, 512",
        "2000000, 1048576"
    })
    void takesTheNextPowerOfTwoOfBuckets(int capacity, int buckets) {
        assertThat(new CuckooSet(capacity).bucketCount()).isEqualTo(buckets);
    }

    @Test
    void refusesACapacityBeyondItsLimit() {
        assertThatThrownBy(() -> new CuckooSet(CuckooSet.CAPACITY_MAX + 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a cuckoo set holds 0 to 67108864 keys, asked for 67108865");
        assertThatThrownBy(() -> new CuckooSet(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void findsAllItHoldsAndFewOthers() {
        Random random = new Random(7);
        int keys = 20_000;
        CuckooSet set = new CuckooSet(keys, random.nextLong());
        List<PublicKey> in = randomKeys(random, keys);
        in.forEach(key -> assertThat(set.insert(key)).isTrue());

        CuckooSet read = CuckooSet.of(set.encode());

        assertThat(in).allMatch(read::contains);
        long falsePositives =
                randomKeys(random, keys).stream().filter(read::contains).count();
        assertThat(falsePositives).isLessThan(20); // 8 places of 16 bits each, not all taken: about 2 expected
    }

    @Test
    void aFullSetRefusesAKeyAndKeepsTheOthers() {
        Random random = new Random(3);
        CuckooSet set = new CuckooSet(14);
        List<PublicKey> in = new ArrayList<>();
        List<PublicKey> refused = new ArrayList<>();
        for (PublicKey key : randomKeys(random, 40)) {
            CuckooFilter before = set.encode();
            if (set.insert(key)) {
                in.add(key);
            } else {
                refused.add(key);
                assertThat(set.encode()).isEqualTo(before);
            }
        }

        assertThat(in).hasSizeLessThanOrEqualTo(16).hasSizeGreaterThan(12).allMatch(set::contains);
        assertThat(refused).isNotEmpty();
    }

    @Test
    void withoutDataItContainsNothing() {
        CuckooSet empty = CuckooSet.of(CuckooFilter.getDefaultInstance());
        CuckooSet tooShort = CuckooSet.of(CuckooFilter.newBuilder()
                .setData(ByteString.fromHex("5ac5f0bc8b5300"))
                .build());

        for (int b = 0; b < 256; b++) {
            assertThat(empty.contains(repeated(b))).isFalse();
            assertThat(tooShort.contains(repeated(b))).isFalse();
        }
        assertThat(empty.insert(repeated(1))).isFalse();
    }

    @Test
    void goesByTheDataWhateverTheOtherFieldsSay() {
        CuckooSet set = CuckooSet.of(CuckooFilter.newBuilder()
                .setData(ByteString.fromHex("5ac5f0bc8b530000"))
                .setBucketCount(4096)
                .setEntriesPerBucket(2)
                .setFingerprintBits(8)
                .setHashAlgorithmValue(9)
                .setHashSeed(CuckooSet.DEFAULT_SEED)
                .build());

        assertThat(set.bucketCount()).isEqualTo(1);
        assertThat(set.contains(repeated(2))).isTrue();
    }

    @Test
    void staysInsideDataOfAnOddNumberOfBuckets() {
        Random random = new Random(11);
        for (int bytes = 0; bytes < 200; bytes++) {
            byte[] data = new byte[bytes];
            random.nextBytes(data);
            CuckooSet set = CuckooSet.of(CuckooFilter.newBuilder()
                    .setData(ByteString.copyFrom(data))
                    .setHashSeed(random.nextLong())
                    .build());
            randomKeys(random, 100).forEach(set::contains);
        }
    }

    private static List<PublicKey> randomKeys(Random random, int count) {
        List<PublicKey> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[PublicKey.BYTES];
            random.nextBytes(bytes);
            keys.add(PublicKey.of(ByteString.copyFrom(bytes)));
        }
        return keys;
    }
}
