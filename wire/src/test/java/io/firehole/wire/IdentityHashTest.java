package io.firehole.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccount;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionStatus;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two updates have the same hash when, and but for a freak of 64 bits only when, they say the same thing. */
class IdentityHashTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("a key of thirty-two bytes, nearly");
    private static final ByteString SIGNATURE = ByteString.copyFromUtf8("a signature");
    private static final ByteString OTHER = ByteString.copyFromUtf8("another one");

    @Test
    void isTheSameUnderOtherNamesAtAnotherTimeInAnotherSlot() {
        SubscribeUpdate.Builder first =
                named("a").setTransaction(transaction(SIGNATURE).setSlot(1));
        SubscribeUpdate.Builder second = named("b", "c")
                .setCreatedAt(Timestamp.newBuilder().setSeconds(99))
                .setTransaction(transaction(SIGNATURE).setSlot(2));

        assertThat(hash(first)).isEqualTo(hash(second));
    }

    @Test
    void tellsTransactionsApartBySignature() {
        assertThat(hash(named("a").setTransaction(transaction(SIGNATURE))))
                .isNotEqualTo(hash(named("a").setTransaction(transaction(OTHER))));
    }

    @Test
    void tellsATransactionFromItsStatus() {
        assertThat(hash(named("a").setTransaction(transaction(SIGNATURE))))
                .isNotEqualTo(hash(named("a")
                        .setTransactionStatus(
                                SubscribeUpdateTransactionStatus.newBuilder().setSignature(SIGNATURE))));
    }

    @Test
    void ignoresTheWriteVersionOfAnAccountThatHasASignature() {
        assertThat(hash(account(KEY, 1, SIGNATURE)))
                .isEqualTo(hash(account(KEY, 2, SIGNATURE)))
                .isNotEqualTo(hash(account(KEY, 1, OTHER)))
                .isNotEqualTo(hash(account(OTHER, 1, SIGNATURE)));
    }

    @Test
    void goesByTheWriteVersionOfAnAccountWithoutSignature() {
        assertThat(hash(account(KEY, 1, ByteString.EMPTY)))
                .isEqualTo(hash(account(KEY, 1, ByteString.EMPTY)))
                .isNotEqualTo(hash(account(KEY, 2, ByteString.EMPTY)))
                .isNotEqualTo(hash(account(OTHER, 1, ByteString.EMPTY)));
    }

    @Test
    void doesNotLetTheEndOfOneFieldMoveIntoTheNext() {
        assertThat(hash(account(ByteString.copyFromUtf8("ab"), 0, ByteString.copyFromUtf8("c"))))
                .isNotEqualTo(hash(account(ByteString.copyFromUtf8("a"), 0, ByteString.copyFromUtf8("bc"))));
        assertThat(hash(account(ByteString.copyFrom(new byte[8]), 0, SIGNATURE)))
                .isNotEqualTo(hash(account(ByteString.copyFrom(new byte[9]), 0, SIGNATURE)));
    }

    @Test
    void tellsSlotsApartByStatusAndEntriesByIndex() {
        Set<Long> hashes = new HashSet<>();
        for (SlotStatus status : SlotStatus.values()) {
            if (status != SlotStatus.UNRECOGNIZED) {
                hashes.add(hash(named("s")
                        .setSlot(SubscribeUpdateSlot.newBuilder().setParent(5).setStatus(status))));
            }
        }
        for (int index = 0; index < 1_000; index++) {
            hashes.add(
                    hash(named("e").setEntry(SubscribeUpdateEntry.newBuilder().setIndex(index))));
        }

        assertThat(hashes).hasSize(7 + 1_000);
    }

    @Test
    void dropsWhatAStatusHasAboveThirtyTwoBits() throws MalformedUpdateException {
        RawUpdate wide = RawUpdate.parse(HexFormat.of().parseHex("1a06188480808010"));
        RawUpdate plain = RawUpdate.parse(HexFormat.of().parseHex("1a021804"));

        assertThat(wide.status()).isEqualTo(plain.status()).isEqualTo(SlotStatus.SLOT_COMPLETED);
        assertThat(wide.identityHash()).isEqualTo(plain.identityHash());
    }

    @Test
    void tellsBlocksApartByHash() {
        assertThat(hash(blockMeta("one", 5)))
                .isEqualTo(hash(blockMeta("one", 6)))
                .isNotEqualTo(hash(blockMeta("two", 5)));
    }

    @Test
    void hasNoIdentityWithoutTheFieldThatIdentifies() throws MalformedUpdateException {
        List<SubscribeUpdate.Builder> anonymous = List.of(
                named("a").setTransaction(transaction(ByteString.EMPTY)),
                account(ByteString.EMPTY, 3, SIGNATURE),
                blockMeta("", 5));
        for (SubscribeUpdate.Builder update : anonymous) {
            RawUpdate raw = RawUpdate.parse(update.build().toByteArray());

            assertThat(raw.hasIdentity()).isFalse();
            assertThat(raw.identityHash()).isZero();
        }
    }

    @Test
    void neverCollidesWithinASlotOfTheRecordings() throws Exception {
        for (Recordings recording : Recordings.values()) {
            Map<Long, Set<Long>> hashesBySlot = new HashMap<>();
            long identified = 0;
            for (byte[] message : recording.open()) {
                RawUpdate raw = RawUpdate.parse(message);
                if (raw.hasIdentity()) {
                    identified++;
                    hashesBySlot
                            .computeIfAbsent(raw.slot(), slot -> new HashSet<>())
                            .add(raw.identityHash());
                }
            }
            assertThat(hashesBySlot.values().stream().mapToLong(Set::size).sum())
                    .isEqualTo(identified);
        }
    }

    @Test
    void changesHalfItsBitsForEachBitOfTheIdentity() {
        byte[] signature = new byte[64];
        long before = hash(named("a").setTransaction(transaction(ByteString.copyFrom(signature))));
        int changed = 0;
        for (int bit = 0; bit < 512; bit++) {
            signature[bit / 8] ^= (byte) (1 << bit % 8);
            changed += Long.bitCount(
                    before ^ hash(named("a").setTransaction(transaction(ByteString.copyFrom(signature)))));
            signature[bit / 8] ^= (byte) (1 << bit % 8);
        }

        assertThat(changed / 512.0).isBetween(31.0, 33.0);
    }

    @Test
    void spreadsEntriesEvenlyOverItsLowBits() {
        int[] buckets = new int[256];
        for (int index = 0; index < 256 * 100; index++) {
            long hash =
                    hash(named("e").setEntry(SubscribeUpdateEntry.newBuilder().setIndex(index)));
            buckets[(int) hash & 0xff]++;
        }

        // Random spread has a standard deviation of 10 about 100.
        assertThat(buckets).satisfies(counts -> {
            for (int count : counts) {
                assertThat(count).isBetween(50, 150);
            }
        });
    }

    private static SubscribeUpdate.Builder named(String... names) {
        return SubscribeUpdate.newBuilder().addAllFilters(List.of(names));
    }

    private static SubscribeUpdateTransaction.Builder transaction(ByteString signature) {
        return SubscribeUpdateTransaction.newBuilder()
                .setTransaction(SubscribeUpdateTransactionInfo.newBuilder().setSignature(signature));
    }

    private static SubscribeUpdate.Builder account(ByteString key, long writeVersion, ByteString signature) {
        return named("a")
                .setAccount(SubscribeUpdateAccount.newBuilder()
                        .setAccount(SubscribeUpdateAccountInfo.newBuilder()
                                .setPubkey(key)
                                .setLamports(writeVersion * 3)
                                .setWriteVersion(writeVersion)
                                .setTxnSignature(signature)));
    }

    private static SubscribeUpdate.Builder blockMeta(String hash, long slot) {
        return named("m")
                .setBlockMeta(
                        SubscribeUpdateBlockMeta.newBuilder().setSlot(slot).setBlockhash(hash));
    }

    private static long hash(SubscribeUpdate.Builder update) {
        try {
            return RawUpdate.parse(update.build().toByteArray()).identityHash();
        } catch (MalformedUpdateException e) {
            throw new AssertionError(e);
        }
    }
}
